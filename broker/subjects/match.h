#pragma once

#include "broker/subjects/subscription.h"

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

  // There is more than plain subscriptions of our own.
  bool is_far() const { return !routes.empty() || !groups.empty() || !leafs.empty(); }

  bool empty() const { return plain.empty() && crossings.empty() && !is_far(); }
};

}  // namespace broker
