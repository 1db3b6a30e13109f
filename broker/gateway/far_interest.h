#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/worker.h"
#include "broker/subjects/match_cache.h"
#include "broker/subjects/subject_tree.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace broker {

// What other clusters want, of every account: a tree of its own, whose subscriptions lead to the
// connections on which our messages leave.
//
// Threads: tree() from any; at() on the worker's own.
class FarInterest {
 public:
  explicit FarInterest(unsigned workers) : by_worker_(workers) {}

  SubjectTree& tree(const Account& account);

  // A connection that is to have the message in hand, and the queue groups it is to serve there.
  struct Copy {
    const std::shared_ptr<Destination>* to = nullptr;
    std::string queues = {};
  };

  struct OfWorker {
    std::vector<std::unique_ptr<MatchCache>> matches = {};  // by account index
    std::vector<Copy> copies = {};                          // scratch space
  };

  OfWorker& at(const Worker& worker) { return by_worker_[worker.index()]; }

  const Match& find(const Worker& worker, const Account& account, std::string_view subject);

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<SubjectTree>> trees_;  // by account index; guarded by mutex_
  std::vector<OfWorker> by_worker_;
};

// How an account's interest is known across one connection.
// Source: nats-server server/gateway.go (GatewayInterestMode)
enum class InterestMode : std::uint8_t {
  optimistic,     // everything is wanted but what was refused
  transitioning,  // all that is wanted is being told
  interest_only,  // all that is wanted is known
};

std::string_view to_string(InterestMode mode);  // "Interest-Only"

// The same for monitoring.
struct AccountInterest {
  std::string name = {};
  InterestMode mode = InterestMode::optimistic;
  std::size_t no_interest = 0;  // subjects refused
  std::size_t queues = 0;       // of `subscriptions`
  std::vector<SubscriptionPtr> subscriptions = {};
};

}  // namespace broker
