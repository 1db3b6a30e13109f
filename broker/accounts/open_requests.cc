#include "broker/accounts/open_requests.h"

#include "broker/subjects/subject.h"

#include <algorithm>

namespace broker {

void OpenRequests::add(std::string_view reply, Owed owed) {
  const std::lock_guard lock(mutex_);
  owed_[std::string(reply)].push_back(std::move(owed));
  count_.store(owed_.size(), std::memory_order_relaxed);
}

void OpenRequests::remove(std::string_view reply, std::string_view subject) {
  const std::lock_guard lock(mutex_);
  const auto found = owed_.find(reply);
  if (found == owed_.end()) return;
  std::erase_if(found->second, [&](const Owed& owed) { return owed.subject == subject; });
  if (found->second.empty()) owed_.erase(found);
  count_.store(owed_.size(), std::memory_order_relaxed);
}

std::vector<std::string> OpenRequests::replies(std::string_view filter) const {
  std::vector<std::string> found;
  const std::lock_guard lock(mutex_);
  if (!has_wildcard(filter)) {
    if (owed_.contains(filter)) found.emplace_back(filter);
    return found;
  }
  for (const auto& [reply, owed] : owed_) {
    if (matches(filter, reply)) found.push_back(reply);
  }
  return found;
}

std::vector<OpenRequests::Owed> OpenRequests::take(const std::string& reply) {
  std::vector<Owed> owed;
  const std::lock_guard lock(mutex_);
  const auto found = owed_.find(reply);
  if (found == owed_.end()) return owed;
  owed = std::move(found->second);
  owed_.erase(found);
  count_.store(owed_.size(), std::memory_order_relaxed);
  return owed;
}

}  // namespace broker
