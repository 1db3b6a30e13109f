#include "broker/exchange/interest.h"

#include <algorithm>

namespace broker {

void InterestBook::add(const Account& account, std::string_view subject, std::string_view queue) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_[Key(account.index(), subject, queue)];
  entry.account = &account;
  ++entry.members;
  if (!listeners_.empty() && (entry.members == 1 || !queue.empty())) {
    tell({&account, std::string(subject), std::string(queue), entry.members});
  }
}

void InterestBook::remove(const Account& account,
                          std::string_view subject,
                          std::string_view queue) {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(Key(account.index(), subject, queue));
  if (found == entries_.end()) return;
  const std::int32_t members = --found->second.members;
  if (members == 0) entries_.erase(found);
  if (!listeners_.empty() && (members == 0 || !queue.empty()))
    tell({&account, std::string(subject), std::string(queue), members});
}

void InterestBook::listen(InterestListener& listener) {
  const std::lock_guard lock(mutex_);
  for (const auto& [key, entry] : entries_) {
    listener.on_interest({entry.account, std::get<1>(key), std::get<2>(key), entry.members});
  }
  listeners_.push_back(&listener);
}

void InterestBook::forget(InterestListener& listener) {
  const std::lock_guard lock(mutex_);
  std::erase(listeners_, &listener);
}

std::vector<Interest> InterestBook::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<Interest> interests;
  for (const auto& [key, entry] : entries_) {
    interests.push_back({entry.account, std::get<1>(key), std::get<2>(key), entry.members});
  }
  return interests;
}

void InterestBook::tell(const Interest& interest) {
  for (InterestListener* listener : listeners_)
    listener->on_interest(interest);
}

}  // namespace broker
