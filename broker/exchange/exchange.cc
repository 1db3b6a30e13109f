#include "broker/exchange/exchange.h"

#include "base/log.h"
#include "broker/exchange/service_latency.h"
#include "broker/protocol/scan.h"

#include <algorithm>

namespace broker {

namespace {

// The place for `bytes` bytes to `to`: of its connection when it lives here, else in the outbox.
Chunk* place_for(Worker& worker, const std::shared_ptr<Destination>& to, std::size_t bytes) {
  if (to->worker != worker.index()) return worker.outbox().stage(to, bytes);
  return to->endpoint != nullptr ? &to->endpoint->outgoing(bytes) : nullptr;
}

void trace_delivery(const Destination& to, std::string_view sent) {
  base::log::trace("{} - ->> [{}]", to.label, sent.substr(0, sent.find('\r')));
}

// Appends the message as `writer(char*)` writes it, counted as one of `bytes` headers and payload.
template <class Writer>
bool append(Worker& worker,
            const std::shared_ptr<Destination>& to,
            std::size_t bound,
            std::size_t bytes,
            Writer&& writer) {
  Chunk* chunk = place_for(worker, to, bound);
  if (chunk == nullptr) return false;
  char* const begin = chunk->reserve(bound);
  const auto size = static_cast<std::size_t>(writer(begin) - begin);
  chunk->advance(size);
  if (to->worker != worker.index()) {
    chunk->count_message(bytes);
  } else if (to->endpoint != nullptr) {
    to->endpoint->count_delivered(1, bytes);
  }
  if (to->trace) trace_delivery(*to, {begin, size});
  return true;
}

bool write_to_client(Worker& worker, const Subscription& subscription, const Outgoing& message) {
  const bool strip =
      message.header_bytes > 0 && !subscription.to->headers.load(std::memory_order_relaxed);
  const std::size_t bytes = message.body.size() - (strip ? message.header_bytes : 0);
  return append(worker,
                subscription.to,
                message_bound(message, subscription.sid.size()),
                bytes,
                [&](char* to) {
                  return strip ? write_stripped_msg(to, message, subscription.sid)
                               : write_msg(to, message, subscription.sid);
                });
}

RouteCopy& copy_for(std::vector<RouteCopy>& copies, const std::shared_ptr<Destination>& to) {
  for (RouteCopy& copy : copies) {
    if (*copy.to == to) return copy;
  }
  return copies.emplace_back(RouteCopy{&to, {}});
}

// The routed entry that the draw `number` falls on, each counting as often as it has members; null
// when there is none so far out.
const Subscription* weighted_choice(const MatchedGroup& group, std::size_t number) {
  for (const SubscriptionPtr& routed : group.routed) {
    const auto weight = static_cast<std::size_t>(routed->weight.load(std::memory_order_relaxed));
    if (number < weight) return routed.get();
    number -= weight;
  }
  return nullptr;
}

std::size_t routed_weight(const MatchedGroup& group) {
  std::size_t weight = 0;
  for (const SubscriptionPtr& routed : group.routed) {
    weight += static_cast<std::size_t>(routed->weight.load(std::memory_order_relaxed));
  }
  return weight;
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

unsigned Exchange::publish(Worker& worker,
                           Account& account,
                           const Outgoing& message,
                           const Publisher& publisher) {
  const Match& match = worker.matches(account).find(message.subject);
  if (match.empty()) return 0;
  const Send send{worker, account, message, publisher};
  unsigned receivers = 0;
  for (const SubscriptionPtr& subscription : match.plain)
    receivers += deliver(send, subscription) ? 1 : 0;
  if (!match.routes.empty() || !match.groups.empty()) {
    auto& copies = worker.route_copies();
    copies.clear();
    for (const auto& route : match.routes)
      copies.push_back({&route, {}});
    for (const MatchedGroup& group : match.groups)
      receivers += deliver_to_group(send, group) ? 1 : 0;
    receivers += write_routes(send);
  }
  if (match.crossings.empty()) return receivers;
  return receivers + cross(send, match.crossings, Cross::all);
}

unsigned Exchange::publish_routed(Worker& worker,
                                  Account& account,
                                  const Outgoing& message,
                                  std::string_view queues) {
  const Match& match = worker.matches(account).find(message.subject);
  const Publisher route;
  const Send send{worker, account, message, route};
  if (is_measured_reply(message.reply)) note_measured_request(send);
  unsigned receivers = 0;
  for (const SubscriptionPtr& subscription : match.plain)
    receivers += deliver(send, subscription) ? 1 : 0;
  if (!queues.empty()) {
    for (const MatchedGroup& group : match.groups) {
      if (group.local.empty() || !is_named(queues, group.queue)) continue;
      receivers += deliver_to_local(send, group, worker.random()() % group.local.size()) ? 1 : 0;
    }
  }
  // The publisher's own server has sent it into other accounts already.
  if (match.crossings.empty()) return receivers;
  return receivers + cross(send, match.crossings, Cross::answers);
}

bool Exchange::deliver(const Send& send, const SubscriptionPtr& subscription) {
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

bool Exchange::deliver_to_group(const Send& send, const MatchedGroup& group) {
  const std::size_t routed = routed_weight(group);
  const std::size_t candidates = group.local.size() + routed;
  if (candidates == 0) return false;
  std::size_t chosen = send.worker.random()() % candidates;
  if (chosen < group.local.size()) {
    if (deliver_to_local(send, group, chosen)) return true;
    if (routed == 0) return false;
    chosen = group.local.size() + send.worker.random()() % routed;
  }
  const Subscription* route = weighted_choice(group, chosen - group.local.size());
  if (route == nullptr) return false;  // a weight changed just now
  // The route itself is counted when it is written to.
  add_name(copy_for(send.worker.route_copies(), route->to).queues, group.queue);
  return false;
}

unsigned Exchange::write_routes(const Send& send) {
  if (is_measured_reply(send.message.subject)) tell_measured_answer(send);
  unsigned written = 0;
  for (const RouteCopy& copy : send.worker.route_copies()) {
    const auto& to = *copy.to;
    if (!to->open.load(std::memory_order_relaxed)) continue;
    Outgoing message = send.message;
    if (message.header_bytes > 0 && !to->headers.load(std::memory_order_relaxed)) {
      message.body.remove_prefix(message.header_bytes);
      message.header_bytes = 0;
    }
    const std::size_t names = send.account.name().size() + copy.queues.size();
    written += append(send.worker,
                      to,
                      message_bound(message, names),
                      message.body.size(),
                      [&](char* place) {
                        return write_rmsg(place, message, send.account.name(), copy.queues);
                      })
                   ? 1
                   : 0;
  }
  return written;
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
  account.subscriptions().insert(subscription);
  if (subscription->kind == Subscription::Kind::local) {
    interest_.add(account, subscription->subject, subscription->queue);
  }
}

void Exchange::unsubscribe(Account& account, Subscription& subscription) {
  if (subscription.closed.exchange(true)) return;
  account.subscriptions().remove(subscription);
  if (subscription.kind == Subscription::Kind::local) {
    interest_.remove(account, subscription.subject, subscription.queue);
  }
}

}  // namespace broker
