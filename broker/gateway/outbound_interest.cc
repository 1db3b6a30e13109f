#include "broker/gateway/outbound_interest.h"

#include "broker/subjects/subject.h"

namespace broker {

void OutboundInterest::begin(bool optimistic) {
  optimistic_ = optimistic;
  if (!optimistic_) return;
  for (Account* account : accounts_.all())
    renew_everything(entry(account->name()));
}

void OutboundInterest::add(const std::string& account,
                           const std::string& subject,
                           const std::string& queue) {
  Entry& entry = this->entry(account);
  if (queue.empty() && entry.mode == InterestMode::optimistic) {
    // A refusal is taken back, of all subjects that this one covers.
    const auto is_covered = [&](const std::string& each) {
      return SubjectSet({subject}).match(each);
    };
    if (std::erase_if(entry.no_interest, is_covered) > 0) renew_everything(entry);
    return;
  }
  auto [place, is_new] = entry.subscriptions.try_emplace(Key(subject, queue));
  if (!is_new) return;
  auto subscription = std::make_shared<Subscription>();
  subscription->subject = subject;
  subscription->queue = queue;
  subscription->to = to_;
  place->second = subscription;
  ++size_;
  insert(entry, subscription);
}

void OutboundInterest::remove(const std::string& account,
                              const std::string& subject,
                              const std::string& queue) {
  Entry& entry = this->entry(account);
  if (queue.empty() && entry.mode == InterestMode::optimistic) {
    if (entry.no_interest.insert(subject).second) renew_everything(entry);
    return;
  }
  const auto known = entry.subscriptions.find(Key(subject, queue));
  if (known == entry.subscriptions.end()) return;
  erase(entry, *known->second);
  entry.subscriptions.erase(known);
  --size_;
}

void OutboundInterest::refuse_account(const std::string& account) {
  Entry& entry = this->entry(account);
  entry.refused = true;
  entry.no_interest.clear();
  renew_everything(entry);
}

void OutboundInterest::accept_account(const std::string& account) {
  Entry& entry = this->entry(account);
  entry.refused = false;
  renew_everything(entry);
}

void OutboundInterest::begin_telling(const std::string& account) {
  Entry& entry = this->entry(account);
  entry.mode = InterestMode::transitioning;
}

void OutboundInterest::end_telling(const std::string& account) {
  Entry& entry = this->entry(account);
  entry.mode = InterestMode::interest_only;
  entry.no_interest.clear();
  renew_everything(entry);
}

void OutboundInterest::clear() {
  for (auto& [name, entry] : entries_) {
    for (const auto& [key, subscription] : entry.subscriptions)
      erase(entry, *subscription);
    if (entry.everything != nullptr) erase(entry, *entry.everything);
  }
  entries_.clear();
  size_ = 0;
}

void OutboundInterest::account_added(Account& account) {
  const auto told = entries_.find(account.name());
  if (told == entries_.end()) {
    if (optimistic_) renew_everything(entry(account.name()));
    return;
  }
  Entry& entry = told->second;
  if (entry.known != nullptr) return;
  entry.known = &account;
  for (const auto& [key, subscription] : entry.subscriptions)
    insert(entry, subscription);
  renew_everything(entry);
}

std::vector<AccountInterest> OutboundInterest::accounts() const {
  std::vector<AccountInterest> all;
  for (const auto& [name, entry] : entries_) {
    AccountInterest account{.name = name, .mode = entry.mode};
    account.no_interest = entry.no_interest.size();
    for (const auto& [key, subscription] : entry.subscriptions) {
      account.queues += key.second.empty() ? 0 : 1;
      account.subscriptions.push_back(subscription);
    }
    all.push_back(std::move(account));
  }
  return all;
}

OutboundInterest::Entry& OutboundInterest::entry(const std::string& account) {
  const auto [place, is_new] = entries_.try_emplace(account);
  if (is_new) place->second.known = accounts_.find(account);
  return place->second;
}

void OutboundInterest::insert(Entry& entry, const SubscriptionPtr& subscription) {
  if (entry.known != nullptr && is_valid_subject(subscription->subject))
    far_.tree(*entry.known).insert(subscription);
}

void OutboundInterest::erase(Entry& entry, Subscription& subscription) {
  subscription.closed = true;
  if (entry.known != nullptr && is_valid_subject(subscription.subject))
    far_.tree(*entry.known).remove(subscription);
}

// A subscription never changes once it is in a tree: what is refused makes a new one.
void OutboundInterest::renew_everything(Entry& entry) {
  if (entry.everything != nullptr) erase(entry, *entry.everything);
  entry.everything.reset();
  if (!optimistic_ || entry.refused || entry.mode == InterestMode::interest_only) return;
  auto everything = std::make_shared<Subscription>();
  everything->subject = ">";
  everything->to = to_;
  if (!entry.no_interest.empty()) {
    everything->except = std::make_shared<const SubjectSet>(
        std::vector<std::string>(entry.no_interest.begin(), entry.no_interest.end()));
  }
  entry.everything = everything;
  insert(entry, everything);
}

}  // namespace broker
