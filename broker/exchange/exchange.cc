#include "broker/exchange/exchange.h"

#include "broker/exchange/delivery.h"
#include "broker/exchange/service_latency.h"

namespace broker {

namespace {

const Holder kClients;

Holder holder_of(const Subscription& subscription) {
  using Kind = Subscription::Kind;
  switch (subscription.kind) {
    case Kind::routed:
      return {Holder::Kind::route, subscription.to.get(), subscription.origin};
    case Kind::leaf: {
      const bool hub = subscription.to->leaf != nullptr && subscription.to->leaf->hub;
      return {
          hub ? Holder::Kind::hub : Holder::Kind::leaf, subscription.to.get(), subscription.origin};
    }
    case Kind::service:
      return {Holder::Kind::service};
    default:
      return {};
  }
}

std::int32_t members_of(const Subscription& subscription) {
  return subscription.queue.empty() ? 1 : subscription.weight.load();
}

bool is_from_client(const Publisher& publisher) {
  using Kind = Destination::Kind;
  return publisher.from == nullptr || publisher.from->kind == Kind::client ||
         publisher.from->kind == Kind::internal;
}

}  // namespace

unsigned Exchange::publish(Worker& worker,
                           Account& account,
                           const Outgoing& message,
                           const Publisher& publisher) {
  const Send send{worker, account, message, publisher};
  if (publisher.from != nullptr && publisher.from->reply_routes != nullptr) {
    const auto routed = publisher.from->reply_routes->find(message.subject, worker.loop().now());
    if (routed) return answer_far(send, *routed);
  }
  const Match& match = worker.matches(account).find(message.subject);
  unsigned receivers = 0;
  for (const SubscriptionPtr& subscription : match.plain)
    receivers += deliver(send, subscription) ? 1 : 0;
  if (match.beyond == Match::Beyond::nothing && gateways_ == nullptr) [[likely]]
    return receivers;
  return receivers + publish_beyond(send, match);
}

unsigned Exchange::publish_beyond(const Send& send, const Match& match) {
  unsigned receivers = 0;
  if (match.beyond == Match::Beyond::routes && is_from_client(send.publisher)) [[likely]] {
    receivers += write_routes(send, match);
  } else if (match.beyond != Match::Beyond::nothing) {
    receivers += spread(send, match);
  }
  if (gateways_ != nullptr) receivers += leave(send);
  if (match.crossings.empty()) return receivers;
  return receivers + cross(send, match.crossings, Cross::all);
}

unsigned Exchange::publish_arrived(Worker& worker,
                                   Account& account,
                                   const Outgoing& message,
                                   const Arrival& arrival,
                                   const Publisher& publisher) {
  const Send send{worker, account, message, publisher, &arrival};
  const bool from_leaf = arrival.by.kind == Destination::Kind::leaf;
  if (!from_leaf && far_.enabled()) {
    if (const auto routed = read_routed_reply(message.subject))
      return take_far_answer(send, *routed);
  }
  const Match& match = worker.matches(account).find(message.subject);
  if (!from_leaf && is_measured_reply(message.reply)) note_measured_request(send);
  unsigned receivers = 0;
  for (const SubscriptionPtr& subscription : match.plain)
    receivers += deliver(send, subscription) ? 1 : 0;
  const bool by_route = arrival.by.kind == Destination::Kind::route;
  const bool no_more = match.beyond == Match::Beyond::routes && by_route;
  if (match.beyond != Match::Beyond::nothing && !no_more) receivers += spread(send, match);
  if (from_leaf && gateways_ != nullptr) receivers += leave(send);
  worker.served().clear();  // they name groups of this answer of the tree
  if (match.crossings.empty()) return receivers;
  // Another server of ours has sent it into other accounts already; a leaf node cannot.
  return receivers + cross(send, match.crossings, from_leaf ? Cross::all : Cross::answers);
}

bool Exchange::deliver(const Send& send, const SubscriptionPtr& subscription) {
  if (send.message.reply.starts_with(kRoutedReplies)) [[unlikely]]
    return deliver_far_request(send, subscription);
  if (subscription->imported == nullptr) [[likely]]
    return deliver_here(send, subscription);
  return deliver_imported(send, subscription);
}

bool Exchange::deliver_here(const Send& send, const SubscriptionPtr& subscription) {
  Subscription& to = *subscription;
  if (to.closed.load(std::memory_order_relaxed) || !to.to->open.load(std::memory_order_relaxed))
    return false;
  if (!send.publisher.echo && send.publisher.from == to.to.get()) return false;
  if (to.except != nullptr && to.except->match(send.message.subject)) return false;

  const std::int64_t most = to.max.load(std::memory_order_relaxed);
  const std::int64_t number = to.delivered.fetch_add(1, std::memory_order_relaxed) + 1;
  if (most > 0 && number > most) return false;
  if (to.to->reply_permits != nullptr && !send.message.reply.empty()) {
    to.to->reply_permits->grant(send.message.reply, send.worker.loop().now());
  }
  const bool written = write_to_client(send.worker, to, send.message);
  if (most > 0 && number == most) {
    unsubscribe(send.account, to);
    send.worker.all().at(to.to->worker).post([subscription](Worker&) {
      if (subscription->to->endpoint != nullptr)
        subscription->to->endpoint->exhausted(subscription);
    });
  }
  return written;
}

bool Exchange::deliver_to_local(const Send& send, const MatchedGroup& group, std::size_t first) {
  for (std::size_t i = 0; i < group.local.size(); ++i) {
    if (deliver(send, group.local[(first + i) % group.local.size()])) return true;
  }
  return false;
}

std::optional<std::string> Exchange::map(const SubjectMappings& mappings,
                                         std::string_view subject,
                                         Worker& worker) const {
  std::string cluster;
  if (mappings.is_scoped()) {
    const std::lock_guard lock(mutex_);
    cluster = cluster_name_;
  }
  return mappings.map(subject, cluster, worker.random());
}

void Exchange::set_cluster_name(std::string name) {
  const std::lock_guard lock(mutex_);
  cluster_name_ = std::move(name);
}

void Exchange::subscribe(Account& account, const SubscriptionPtr& subscription) {
  const Subscription& wanted = *subscription;
  account.subscriptions().insert(subscription);
  if (wanted.kind == Subscription::Kind::local) {
    interest_.add(account, wanted.subject, wanted.queue, kClients);
    if (far_.enabled())
      account.recent_interest().add(subscription, std::chrono::steady_clock::now());
  } else if (wanted.kind != Subscription::Kind::hidden) {
    interest_.add(account, wanted.subject, wanted.queue, holder_of(wanted), members_of(wanted));
  }
}

void Exchange::unsubscribe(Account& account, Subscription& wanted) {
  if (wanted.closed.exchange(true)) return;
  account.subscriptions().remove(wanted);
  if (wanted.kind == Subscription::Kind::local) {
    interest_.remove(account, wanted.subject, wanted.queue, kClients);
  } else if (wanted.kind != Subscription::Kind::hidden) {
    interest_.remove(account, wanted.subject, wanted.queue, holder_of(wanted), members_of(wanted));
  }
}

void Exchange::weigh(Account& account, Subscription& wanted, std::int32_t weight) {
  const std::int32_t before = wanted.weight.exchange(weight);
  if (wanted.queue.empty() || before == weight) return;
  interest_.add(account, wanted.subject, wanted.queue, holder_of(wanted), weight - before);
}

}  // namespace broker
