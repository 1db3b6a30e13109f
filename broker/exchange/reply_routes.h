#pragma once

#include "base/clock.h"

#include <atomic>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace broker {

// Requests from other clusters that one client was sent: what it says to their reply subjects goes
// where their routed replies lead (far_clusters.h). Each is remembered for a few seconds; from then
// on the far cluster's own interest shows the way.
// Source: nats-server server/gateway.go (trackGWReply)
//
// Threads: any; one lock, which is not taken while there is nothing.
class ReplyRoutes {
 public:
  void remember(std::string_view reply, std::string_view routed, base::Time now);

  // The routed reply that stands for `subject`; nothing: none.
  std::optional<std::string> find(std::string_view subject, base::Time now);

 private:
  struct Route {
    std::string routed;
    base::Time until;
  };

  struct Expiry {
    base::Time at;
    std::string reply;
  };

  void forget_expired(base::Time now);

  std::atomic<bool> any_{false};
  std::mutex mutex_;
  std::unordered_map<std::string, Route> routes_;  // by reply; guarded by mutex_
  std::deque<Expiry> expiries_;                    // in order; guarded by mutex_
};

}  // namespace broker
