// Messages on their way to other clusters.
#include "broker/exchange/delivery.h"
#include "broker/exchange/far_clusters.h"
#include "broker/gateway/super_cluster.h"
#include "broker/protocol/scan.h"

#include <algorithm>

namespace broker {

namespace {

using Copies = std::vector<FarInterest::Copy>;

bool is_listed(const std::vector<std::string_view>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_named(std::string_view names, std::string_view name) {
  bool found = false;
  for_each_token(names, [&](std::string_view each) { found = found || each == name; });
  return found;
}

bool wants(const Subscription& subscription, std::string_view subject) {
  return !subscription.closed.load(std::memory_order_relaxed) &&
         subscription.to->open.load(std::memory_order_relaxed) &&
         (subscription.except == nullptr || !subscription.except->match(subject));
}

FarInterest::Copy& copy_for(Copies& copies, const std::shared_ptr<Destination>& to) {
  for (FarInterest::Copy& copy : copies) {
    if (*copy.to == to) return copy;
  }
  return copies.emplace_back(FarInterest::Copy{&to, {}});
}

// The nearest cluster with members of the group: it has them all to itself.
const SubscriptionPtr* nearest(const MatchedGroup& group, std::string_view subject) {
  const SubscriptionPtr* best = nullptr;
  for (const SubscriptionPtr& each : group.local) {
    if (!wants(*each, subject)) continue;
    if (best == nullptr || each->to->rtt < (*best)->to->rtt) best = &each;
  }
  return best;
}

}  // namespace

unsigned SuperCluster::send(const Leaving& leaving) {
  const std::string_view subject = leaving.message.subject;
  Copies& copies = interest_.at(leaving.worker).copies;
  copies.clear();
  if (const auto routed = read_routed_reply(subject)) {
    const auto to = around_.exchange.far().cluster(routed->cluster);
    if (to == nullptr) return 0;
    copies.push_back({&to, {}});
    return write(leaving, copies);
  }
  const Match& match = interest_.find(leaving.worker, leaving.account, subject);
  for (const SubscriptionPtr& subscription : match.plain) {
    if (wants(*subscription, subject)) copy_for(copies, subscription->to);
  }
  for (const MatchedGroup& group : match.groups) {
    if (is_listed(leaving.served, group.queue)) continue;
    if (leaving.only_named && !is_named(leaving.named, group.queue)) continue;
    const SubscriptionPtr* chosen = nearest(group, subject);
    if (chosen == nullptr) continue;
    std::string& queues = copy_for(copies, (*chosen)->to).queues;
    if (!queues.empty()) queues += ' ';
    queues += group.queue;
  }
  return write(leaving, copies);
}

unsigned SuperCluster::write(const Leaving& leaving, const Copies& copies) {
  if (copies.empty()) return 0;
  Outgoing message = leaving.message;
  std::string reply;
  if (!message.reply.empty() &&
      leaving.account.recent_interest().has(message.reply, leaving.worker.loop().now())) {
    reply = around_.exchange.far().prefix();
    reply += message.reply;
    message.reply = reply;
  }
  unsigned written = 0;
  for (const FarInterest::Copy& copy : copies) {
    const ServerLine line{.account = leaving.account.name(), .queues = copy.queues};
    written += write_to_server(leaving.worker, *copy.to, message, line) ? 1 : 0;
  }
  return written;
}

}  // namespace broker
