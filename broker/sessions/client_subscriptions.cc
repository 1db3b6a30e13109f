#include "base/log.h"
#include "broker/sessions/client_session.h"
#include "broker/subjects/subject.h"

#include <algorithm>

#include <fmt/format.h>

namespace broker {

namespace {

// The queue group in which servers answer each other. Source: nats-server server/events.go
// (sysGroup)
constexpr std::string_view kSystemQueue = "_sys_";

std::string violation(std::string_view subject, std::string_view queue) {
  if (queue.empty())
    return fmt::format("Permissions Violation for Subscription to \"{}\"", subject);
  return fmt::format(
      "Permissions Violation for Subscription to \"{}\" using queue \"{}\"", subject, queue);
}

using Exceptions = std::shared_ptr<const SubjectSet>;

bool same_set(const Exceptions& a, const Exceptions& b) {
  if (a == nullptr || b == nullptr) return a == b;
  return *a == *b;
}

Permissions::Subscribing ask(const Identity& identity,
                             std::string_view subject,
                             std::string_view queue) {
  if (queue == kSystemQueue) return Permissions::Subscribing::denied;
  if (identity.permissions == nullptr) return Permissions::Subscribing::allowed;
  return identity.permissions->may_subscribe(subject, queue);
}

std::int64_t words(std::string_view subject) {
  return 1 + std::count(subject.begin(), subject.end(), '.');
}

}  // namespace

// False, and the client knows why, when there is to be no subscription.
bool ClientSession::check_subscribe(const Operation& operation, Permissions::Subscribing& answer) {
  const std::int64_t most_words = rules_->limits.max_sub_tokens;
  if (most_words > 0 && words(operation.subject) > most_words) {
    write_err(violation(operation.subject, {}) + ", too many tokens");
    return false;
  }
  answer = ask(identity_, operation.subject, operation.queue);
  if (answer == Permissions::Subscribing::denied) {
    base::log::error(
        "{} - Subscription Violation - {}Subject \"{}\", SID {}",
        label(),
        identity_.user.empty() ? std::string() : fmt::format("User \"{}\", ", identity_.user),
        operation.subject,
        operation.sid);
    write_err(violation(operation.subject, operation.queue));
    return false;
  }
  if (at_subscription_limit()) {
    base::log::error("{} - maximum subscriptions exceeded", label());
    write_err("maximum subscriptions exceeded");
    return false;
  }
  if (!is_valid_subject(operation.subject)) {
    write_err("Invalid Subject");
    return false;
  }
  return true;
}

void ClientSession::on_subscribe(const Operation& operation) {
  auto answer = Permissions::Subscribing::allowed;
  if (!check_subscribe(operation, answer)) return;
  if (!subscriptions_.contains(operation.sid)) {
    auto subscription = std::make_shared<Subscription>();
    subscription->subject = operation.subject;
    subscription->queue = operation.queue;
    subscription->sid = operation.sid;
    subscription->to = destination();
    if (answer == Permissions::Subscribing::filtered)
      subscription->except = identity_.permissions->denied();
    subscriptions_.emplace(subscription->sid, subscription);
    clients_.exchange().subscribe(*identity_.account, subscription);
    follow_imports(subscription);
  }
  if (connect_.verbose) write(kOk);
}

void ClientSession::on_unsubscribe(const Operation& operation) {
  const auto found = subscriptions_.find(operation.sid);
  if (found != subscriptions_.end()) {
    const SubscriptionPtr subscription = found->second;
    // The limit first: a publisher on another worker may deliver between the two looks, and then
    // ends it itself.
    if (operation.number > 0) subscription->max = operation.number;
    if (operation.number == 0 || subscription->delivered >= operation.number) drop(subscription);
  }
  if (connect_.verbose) write(kOk);
}

void ClientSession::drop(const SubscriptionPtr& subscription) {
  clients_.exchange().unsubscribe(*identity_.account, *subscription);
  unfollow_imports(*subscription);
  clients_.exchange().lose_interest(worker(), *identity_.account, subscription->subject);
  const auto found = subscriptions_.find(subscription->sid);
  // The client may have given its sid to another one by now.
  if (found != subscriptions_.end() && found->second == subscription) subscriptions_.erase(found);
}

void ClientSession::exhausted(const SubscriptionPtr& subscription) {
  drop(subscription);
}

// Someone else now, perhaps in another account: every subscription is looked at again. Those that
// stay as they are miss nothing.
void ClientSession::renew_subscriptions(Account& before) {
  for (auto entry = subscriptions_.begin(); entry != subscriptions_.end();) {
    const SubscriptionPtr old = entry->second;
    const auto answer = ask(identity_, old->subject, old->queue);
    if (answer == Permissions::Subscribing::denied) {
      clients_.exchange().unsubscribe(before, *old);
      unfollow_imports(*old);
      write_err(fmt::format("{} (sid \"{}\")", violation(old->subject, old->queue), old->sid));
      entry = subscriptions_.erase(entry);
      continue;
    }
    auto except =
        answer == Permissions::Subscribing::filtered ? identity_.permissions->denied() : nullptr;
    if (&before != identity_.account || !same_set(old->except, except)) {
      clients_.exchange().unsubscribe(before, *old);
      unfollow_imports(*old);
      entry->second = renewed(*old, std::move(except));
      clients_.exchange().subscribe(*identity_.account, entry->second);
      follow_imports(entry->second);
    }
    ++entry;
  }
}

// Also of the streams that its account imports. Those that it follows already miss nothing.
void ClientSession::follow_imports(const SubscriptionPtr& subscription) {
  auto wanted = shadows_of(*identity_.account, *subscription);
  const auto known = shadows_.find(subscription.get());
  if (wanted.empty() && known == shadows_.end()) return;
  auto& shadows = known == shadows_.end() ? shadows_[subscription.get()] : known->second;
  renew_shadows(clients_.exchange(), shadows, std::move(wanted));
  if (shadows.empty()) shadows_.erase(subscription.get());
}

void ClientSession::unfollow_imports(const Subscription& subscription) {
  const auto known = shadows_.find(&subscription);
  if (known == shadows_.end()) return;
  renew_shadows(clients_.exchange(), known->second, {});
  shadows_.erase(known);
}

void ClientSession::renew_account() {
  if (is_closed() || identity_.account == nullptr) return;
  mappings_ = identity_.account->shape()->mappings;
  take_limits();
  for (const auto& [sid, subscription] : subscriptions_)
    follow_imports(subscription);
}

SubscriptionPtr ClientSession::renewed(const Subscription& old,
                                       std::shared_ptr<const SubjectSet> except) const {
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = old.subject;
  subscription->queue = old.queue;
  subscription->sid = old.sid;
  subscription->to = old.to;
  subscription->max = old.max.load();
  subscription->delivered = old.delivered.load();
  subscription->except = std::move(except);
  return subscription;
}

}  // namespace broker
