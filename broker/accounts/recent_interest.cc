#include "broker/accounts/recent_interest.h"

#include "contract/protocol.h"

#include <algorithm>

namespace broker {

void RecentInterest::add(const SubscriptionPtr& subscription, base::Time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  entries_.push_back({now + contract::kGatewayReplyTime, subscription});
  tree_.insert(subscription);
}

bool RecentInterest::has(std::string_view subject, base::Time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  if (entries_.empty()) return false;
  const Match match = tree_.match(subject);
  const auto is_open = [](const SubscriptionPtr& each) { return !each->closed; };
  const auto any_open = [&](const auto& list) {
    return std::any_of(list.begin(), list.end(), is_open);
  };
  return any_open(match.plain) || any_open(match.crossings) ||
         std::any_of(match.groups.begin(), match.groups.end(), [&](const MatchedGroup& group) {
           return any_open(group.local);
         });
}

void RecentInterest::forget_old(base::Time now) {
  while (!entries_.empty() && entries_.front().until <= now) {
    tree_.remove(*entries_.front().subscription);
    entries_.pop_front();
  }
}

}  // namespace broker
