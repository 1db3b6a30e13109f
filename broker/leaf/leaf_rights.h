#pragma once

#include "broker/accounts/permissions.h"
#include "broker/subjects/subject_set.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// Which subjects may cross a leaf connection, each way. The hub says what a user may: it may
// publish what goes up, and subscribe what comes down. The leaf node holds itself to that, since a
// hub closes on who does not; and adds what its own configuration denies.
//
// JetStream is each server's own: nothing of its API crosses, unless it names a domain.
// Source: nats-server server/leafnode.go (processLeafSub, leafMsgAllowed, addLeafNodeConnection);
// server/client.go (deliverMsg)
namespace broker {

class LeafRights {
 public:
  struct Rules {
    SubjectRules in = {};   // what the peer sends us, and what we may ask of it
    SubjectRules out = {};  // what we send it, and what it may ask of us
    bool answers = false;   // `in` without an allow list means: answers only
    bool trust_in = false;  // JetStream's API may come in: the peer denies it itself
    bool system = false;    // between system accounts
  };

  explicit LeafRights(const Rules& rules);

  // A message from the peer; what servers answer each other with always may.
  bool may_take(std::string_view subject) const;

  // Our interest, as the peer may hear of it.
  bool may_ask(std::string_view filter) const;

  enum class Asked { allowed, filtered, denied };

  // The peer's interest. `filtered`: subjects of denied_out() must not be delivered.
  Asked may_be_asked(std::string_view filter) const;

  std::shared_ptr<const SubjectSet> denied_out() const { return denied_out_; }

  // All that may be sent; null: everything.
  std::shared_ptr<const SubjectSet> allowed_out() const { return allowed_out_; }

 private:
  bool all_in_ = true;
  SubjectSet allowed_in_;
  SubjectSet denied_in_;     // messages
  SubjectSet denied_asked_;  // interest
  std::shared_ptr<const SubjectSet> allowed_out_;
  std::shared_ptr<const SubjectSet> denied_out_;
};

// Interest that servers need for themselves: never asked about.
bool is_of_servers(std::string_view filter);

// "$LDS.": the subject by which a loop shows.
inline constexpr std::string_view kLoopSubjects = "$LDS.";

}  // namespace broker
