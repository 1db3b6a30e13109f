#pragma once

#include "broker/subjects/subscription.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace broker {

// A queue group of one name. Subscriptions of that name on different subjects that match are one
// group.
struct MatchedGroup {
  std::string queue = {};
  std::vector<SubscriptionPtr> local = {};
  std::vector<SubscriptionPtr> routed = {};
  std::vector<SubscriptionPtr> leafs =
      {};  // behind leaf nodes: our own, and those of other servers
};

// The answer to "who wants this subject?". Holds its subscriptions, so it stays usable however long
// ago it was asked; whether one has closed since, `Subscription::closed` tells.
struct Match {
  std::vector<SubscriptionPtr> plain = {};                // local
  std::vector<std::shared_ptr<Destination>> routes = {};  // routes with plain interest, each once
  std::vector<SubscriptionPtr> leafs = {};                // plain interest behind leaf connections
  std::vector<MatchedGroup> groups = {};
  std::vector<SubscriptionPtr> crossings = {};  // ways into other accounts

  // How much of the above there is beside plain subscriptions of our own: who publishes need not
  // look at each. Of what matched once and for all, so noted by the tree.
  enum class Beyond : std::uint8_t { nothing, routes, more };
  Beyond beyond = Beyond::nothing;

  bool empty() const {
    return plain.empty() && routes.empty() && leafs.empty() && groups.empty() && crossings.empty();
  }
};

}  // namespace broker
