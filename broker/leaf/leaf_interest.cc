#include "broker/leaf/leaf_interest.h"

namespace broker {

void LeafInterest::add(Account& account,
                       std::string_view subject,
                       std::string_view queue,
                       std::int32_t weight,
                       std::shared_ptr<const SubjectSet> except) {
  account_ = &account;
  auto [place, is_new] = entries_.try_emplace(Key(subject, queue));
  Entry& entry = place->second;
  if (!is_new) {
    exchange_.weigh(account, *entry.subscription, weight);
    for (const Shadow& shadow : entry.shadows)
      exchange_.weigh(*shadow.account, *shadow.subscription, weight);
    return;
  }
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = subject;
  subscription->queue = queue;
  subscription->kind = Subscription::Kind::leaf;
  subscription->to = to_;
  subscription->origin = to_->leaf->cluster;
  subscription->except = std::move(except);
  subscription->weight = weight;
  entry.subscription = subscription;
  exchange_.subscribe(account, subscription);
  follow_imports(entry);
}

void LeafInterest::follow_imports(Entry& entry) {
  auto wanted = shadows_of(*account_, *entry.subscription);
  if (wanted.empty() && entry.shadows.empty()) return;
  for (const Shadow& shadow : wanted) {
    shadow.subscription->kind = Subscription::Kind::leaf;
    shadow.subscription->origin = entry.subscription->origin;
    shadow.subscription->weight = entry.subscription->weight.load();
  }
  renew_shadows(exchange_, entry.shadows, std::move(wanted));
}

void LeafInterest::remove(std::string_view subject, std::string_view queue) {
  const auto known = entries_.find(Key(subject, queue));
  if (known == entries_.end()) return;
  forget(known->second);
  entries_.erase(known);
}

void LeafInterest::clear() {
  for (auto& [key, entry] : entries_)
    forget(entry);
  entries_.clear();
}

void LeafInterest::renew_imports() {
  for (auto& [key, entry] : entries_)
    follow_imports(entry);
}

std::vector<SubscriptionPtr> LeafInterest::all() const {
  std::vector<SubscriptionPtr> result;
  for (const auto& [key, entry] : entries_)
    result.push_back(entry.subscription);
  return result;
}

void LeafInterest::forget(Entry& entry) {
  exchange_.unsubscribe(*account_, *entry.subscription);
  renew_shadows(exchange_, entry.shadows, {});
}

}  // namespace broker
