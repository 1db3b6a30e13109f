#pragma once

#include "base/clock.h"
#include "broker/accounts/crossing.h"

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace broker {

// A request whose time is taken, for who serves.
struct Measurement {
  std::string subject = {};    // where that is told, in the serving account
  std::string requestor = {};  // who asked, as JSON
  std::string headers = {};    // those that asked for it, as JSON; empty: chance
  base::WallTime received = {};
};

// Answers that one account's services owe to requests from other accounts. Each request gets a
// reply subject of this account, "_R_.hpyFmb.8sK2mQ01"; an answer to it goes to the requester's own
// reply subject in the requester's account.
//
// An answer that never comes is forgotten when its time is over. Source: nats-server
// server/accounts.go (newServiceReply, serviceImport, checkExpiredResponses)
//
// Threads: any; one lock.
class AwaitedAnswers {
 public:
  AwaitedAnswers();

  // Who waits, and where.
  struct Request {
    Account* account = nullptr;
    std::string reply = {};
    ResponseType response = ResponseType::single;
    base::nanoseconds threshold = kResponseThreshold;
    std::shared_ptr<const Measurement> measured = {};  // null: it is not
  };

  // "_R_.hpyFmb.>": every reply subject of this account.
  const std::string& filter() const { return filter_; }

  // Calls `subscribe`, which subscribes to filter(), the first time; returns when that is done.
  template <class Subscribe>
  void open(Subscribe&& subscribe) {
    std::call_once(opened_, std::forward<Subscribe>(subscribe));
  }

  // The reply subject that stands for the request's own. It ends with `ending`.
  std::string expect(Request request, base::Time now, std::string_view ending = {});

  // An answer came: whose it is, or nothing when none is owed (any more). `last`: it has no
  // payload, which ends a stream of answers.
  std::optional<Request> take(std::string_view subject, bool last, base::Time now);

  // The request, when it was still waiting.
  std::optional<Request> forget(std::string_view subject);

  // Those whose time is over; they are forgotten.
  std::vector<std::pair<std::string, Request>> expire(base::Time now);  // by subject

  // When the next one's time is over; nothing: none is awaited.
  std::optional<base::Time> next_expiry() const;

  // A measurement in two halves, as JSON: ours, and that of the responder's server. The one that
  // comes second is given the first. Theirs is of no use when nobody waits for it.
  enum class Half : std::uint8_t { ours, theirs };
  std::optional<std::string> meet(std::string_view subject,
                                  Half which,
                                  std::string json,
                                  base::Time until);

 private:
  struct Waiting {
    Request request;
    base::Time until;
  };

  struct Halves {
    std::string ours;
    std::string theirs;
    base::Time until;
  };

  const std::string prefix_;  // "_R_.hpyFmb."
  const std::string filter_;
  mutable std::mutex mutex_;
  std::unordered_map<std::string, Waiting> waiting_;  // by subject; guarded by mutex_
  std::unordered_map<std::string, Halves> halves_;    // likewise
  std::once_flag opened_;
};

// Letters and digits out of chance: part of a subject that nobody guesses.
std::string random_token(std::size_t length);

}  // namespace broker
