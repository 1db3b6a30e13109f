#pragma once

#include "base/clock.h"
#include "broker/subjects/subject_tree.h"

#include <deque>
#include <mutex>
#include <string_view>

namespace broker {

// What one account's clients subscribed to in the last few seconds: other clusters may not have
// heard of it yet.
// Source: nats-server server/gateway.go (rsubs, shouldMapReplyForGatewaySend)
//
// Threads: any; one lock.
class RecentInterest {
 public:
  void add(const SubscriptionPtr& subscription, base::Time now);

  bool has(std::string_view subject, base::Time now);

 private:
  struct Entry {
    base::Time until;
    SubscriptionPtr subscription;
  };

  void forget_old(base::Time now);

  std::mutex mutex_;
  std::deque<Entry> entries_;  // in order; guarded by mutex_
  SubjectTree tree_;           // of the same; guarded by mutex_
};

}  // namespace broker
