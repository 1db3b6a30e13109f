// Queue groups, and messages on their way to other servers.

#include "broker/exchange/delivery.h"
#include "broker/exchange/exchange.h"
#include "broker/exchange/service_latency.h"
#include "broker/protocol/scan.h"

namespace broker {

namespace {

// Replies to requests that went into another account: "_R_.hpyFmb.HTFB5j".
constexpr std::string_view kServiceReplies = "_R_.";

ServerCopy& copy_for(std::vector<ServerCopy>& copies,
                     const std::shared_ptr<Destination>& to,
                     const ImportedStream* imported) {
  for (ServerCopy& copy : copies) {
    if (*copy.to == to && copy.imported == imported) return copy;
  }
  return copies.emplace_back(ServerCopy{&to, {}, imported});
}

std::size_t weight_of(const Subscription& member) {
  const auto weight = member.weight.load(std::memory_order_relaxed);
  return weight > 0 ? static_cast<std::size_t>(weight) : 0;
}

std::size_t weight_of(const std::vector<SubscriptionPtr>& members) {
  std::size_t weight = 0;
  for (const SubscriptionPtr& member : members)
    weight += weight_of(*member);
  return weight;
}

// The member that the draw `number` falls on, each counting as often as it has members; null when
// there is none so far out.
const Subscription* weighted_choice(const std::vector<SubscriptionPtr>& members,
                                    std::size_t number) {
  for (const SubscriptionPtr& member : members) {
    const std::size_t weight = weight_of(*member);
    if (number < weight) return member.get();
    number -= weight;
  }
  return nullptr;
}

void add_name(std::string& names, std::string_view name) {
  if (!names.empty()) names += ' ';
  names += name;
}

bool is_named(std::string_view names, std::string_view name) {
  bool found = false;
  for_each_token(names, [&](std::string_view each) { found = found || each == name; });
  return found;
}

}  // namespace

// Where a message may go, by where it came from.
struct Exchange::Way {
  bool to_routes = true;
  bool to_hub = true;                   // leaf connections whose other end is our hub
  bool leafs_are_near = false;          // members behind leaf nodes count as any other
  const Destination* not_to = nullptr;  // the leaf connection it came by
  std::string_view origin = {};         // the cluster of the leaf nodes it began at

  // A leaf connection, or a route for its leaf nodes.
  bool may_go(const Send& send, const Subscription& wanted) const {
    const Destination& to = *wanted.to;
    if (!origin.empty() && wanted.origin == origin) return false;
    if (to.kind == Destination::Kind::route) return to_routes;
    const std::string_view subject = send.message.subject;
    if (&to == not_to || wanted.closed.load(std::memory_order_relaxed)) return false;
    if (wanted.except != nullptr && wanted.except->match(subject)) return false;
    return to.leaf == nullptr || to.leaf->allowed == nullptr || to.leaf->allowed->match(subject);
  }

  const Subscription* choose(const Send& send, const std::vector<SubscriptionPtr>& leafs) const;
  std::size_t weigh(const Send& send, const std::vector<SubscriptionPtr>& leafs) const;
};

std::size_t Exchange::Way::weigh(const Send& send,
                                 const std::vector<SubscriptionPtr>& leafs) const {
  std::size_t weight = 0;
  for (const SubscriptionPtr& leaf : leafs)
    weight += may_go(send, *leaf) ? weight_of(*leaf) : 0;
  return weight;
}

// One of those that it may go to, each as likely as it has members; null when there is none.
const Subscription* Exchange::Way::choose(const Send& send,
                                          const std::vector<SubscriptionPtr>& leafs) const {
  const std::size_t weight = weigh(send, leafs);
  if (weight == 0) return nullptr;
  std::size_t number = send.worker.random()() % weight;
  for (const SubscriptionPtr& leaf : leafs) {
    const std::size_t mine = may_go(send, *leaf) ? weight_of(*leaf) : 0;
    if (number < mine) return leaf.get();
    number -= mine;
  }
  return nullptr;
}

Exchange::Way Exchange::way_of(const Send& send) {
  Way way;
  const Destination* from = send.arrival != nullptr ? &send.arrival->by : send.publisher.from;
  if (from == nullptr) return way;
  switch (from->kind) {
    case Destination::Kind::route:
      way.to_routes = false;
      way.to_hub = send.message.subject.starts_with(kServiceReplies);
      if (send.arrival != nullptr) way.origin = send.arrival->origin;
      break;
    case Destination::Kind::leaf:
      way.not_to = from;
      if (from->leaf == nullptr) break;
      way.to_routes = !from->leaf->hub;
      way.origin = from->leaf->cluster;
      break;
    case Destination::Kind::gateway:
      way.leafs_are_near = true;
      break;
    default:
      break;
  }
  return way;
}

// The usual case: nobody but routes, and no queue group for them to serve.
unsigned Exchange::write_routes(const Send& send, const Match& match) {
  if (is_measured_reply(send.message.subject)) tell_measured_answer(send);
  unsigned written = 0;
  for (const auto& route : match.routes) {
    if (!route->open.load(std::memory_order_relaxed)) continue;
    written += write_to_route(send.worker, route, send.message, send.account.name(), {}) ? 1 : 0;
  }
  return written;
}

unsigned Exchange::spread(const Send& send, const Match& match) {
  auto& copies = send.worker.copies();
  copies.clear();
  const Way way = way_of(send);
  if (way.to_routes) {
    for (const auto& route : match.routes)
      copies.push_back({&route});
  }
  for (const SubscriptionPtr& leaf : match.leafs) {
    const bool hub = leaf->to->leaf != nullptr && leaf->to->leaf->hub;
    if ((way.to_hub || !hub) && way.may_go(send, *leaf))
      copy_for(copies, leaf->to, leaf->imported.get());
  }
  unsigned receivers = 0;
  for (const MatchedGroup& group : match.groups) {
    if (send.arrival != nullptr && !is_named(send.arrival->queues, group.queue)) continue;
    receivers += serve_group(send, way, group) ? 1 : 0;
  }
  return receivers + write_copies(send, way);
}

bool Exchange::serve_group(const Send& send, const Way& way, const MatchedGroup& group) {
  if (!deliver_to_group(send, way, group)) return false;
  if (gateways_ != nullptr) send.worker.served().push_back(group.queue);
  return true;
}

// True when one of our own members has it; another server is counted when it is written to.
bool Exchange::deliver_to_group(const Send& send, const Way& way, const MatchedGroup& group) {
  auto& random = send.worker.random();
  const std::size_t local = group.local.size();
  const std::size_t routed = way.to_routes ? weight_of(group.routed) : 0;
  const std::size_t leafs = way.leafs_are_near ? way.weigh(send, group.leafs) : 0;
  const Subscription* chosen = nullptr;
  if (const std::size_t candidates = local + routed + leafs; candidates > 0) {
    std::size_t number = random() % candidates;
    if (number < local) {
      if (deliver_to_local(send, group, number)) return true;
      number = local + (routed > 0 ? random() % routed : 0);
    }
    // Past those of the routes are the leaf nodes, and a weight may have changed just now.
    if (routed > 0) chosen = weighted_choice(group.routed, number - local);
  }
  if (chosen == nullptr) chosen = way.choose(send, group.leafs);
  if (chosen == nullptr) return false;
  add_name(copy_for(send.worker.copies(), chosen->to, chosen->imported.get()).queues, group.queue);
  return false;
}

unsigned Exchange::write_copies(const Send& send, const Way& way) {
  if (send.arrival == nullptr && is_measured_reply(send.message.subject))
    tell_measured_answer(send);
  unsigned written = 0;
  for (const ServerCopy& copy : send.worker.copies()) {
    const auto& to = *copy.to;
    if (!to->open.load(std::memory_order_relaxed)) continue;
    ServerLine line{.account = send.account.name(), .queues = copy.queues};
    if (to->kind == Destination::Kind::leaf) {
      if (to->reply_permits != nullptr && !send.message.reply.empty())
        to->reply_permits->grant(send.message.reply, send.worker.loop().now());
    } else if (way.not_to != nullptr && to->origins.load(std::memory_order_relaxed)) {
      line.origin = way.origin;
    }
    Outgoing message = send.message;
    std::string renamed;
    if (copy.imported != nullptr)
      message.subject = renamed = copy.imported->translate(message.subject);
    if (!write_to_server(send.worker, to, message, line)) continue;
    ++written;
    if (gateways_ == nullptr) continue;
    for_each_token(copy.queues,
                   [&](std::string_view name) { send.worker.served().push_back(name); });
  }
  return written;
}

unsigned Exchange::leave(const Send& send) {
  const std::string_view named =
      send.arrival != nullptr ? send.arrival->queues : std::string_view();
  const unsigned taken = gateways_->send({send.worker,
                                          send.account,
                                          send.message,
                                          send.worker.served(),
                                          send.arrival != nullptr,
                                          named});
  send.worker.served().clear();
  return taken;
}

}  // namespace broker
