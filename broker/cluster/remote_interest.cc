#include "broker/cluster/remote_interest.h"

namespace broker {

void RemoteInterest::add(Account& account, const Wanted& wanted, std::int32_t weight) {
  auto [place, is_new] = entries_.try_emplace(key(account, wanted));
  if (!is_new) return exchange_.weigh(account, *place->second.subscription, weight);
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = wanted.subject;
  subscription->queue = wanted.queue;
  subscription->origin = wanted.origin;
  subscription->kind = Subscription::Kind::routed;
  subscription->to = route_;
  subscription->weight = weight;
  place->second = {&account, subscription};
  exchange_.subscribe(account, subscription);
}

void RemoteInterest::remove(Account& account, const Wanted& wanted) {
  const auto known = entries_.find(key(account, wanted));
  if (known == entries_.end()) return;
  forget(known->second);
  entries_.erase(known);
}

void RemoteInterest::clear() {
  for (const auto& [name, entry] : entries_)
    forget(entry);
  entries_.clear();
}

std::vector<RemoteInterest::Entry> RemoteInterest::all() const {
  std::vector<Entry> result;
  for (const auto& [name, entry] : entries_)
    result.push_back(entry);
  return result;
}

void RemoteInterest::forget(const Entry& entry) {
  exchange_.unsubscribe(*entry.account, *entry.subscription);
}

}  // namespace broker
