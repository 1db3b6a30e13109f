#include "broker/exchange/destination.h"

namespace broker {

namespace {

// Beyond so many requests without an answer the expired ones are looked for.
// Source: nats-server server/client.go (replyPermLimit)
constexpr std::size_t kPermitsToTidy = 4096;

}  // namespace

void ReplyPermits::grant(std::string_view reply, base::Time now) {
  const std::lock_guard lock(mutex_);
  if (permits_.size() >= kPermitsToTidy) forget_expired(now);
  permits_[std::string(reply)] = {0, now};
}

bool ReplyPermits::use(std::string_view reply, base::Time now) {
  const std::lock_guard lock(mutex_);
  const auto found = permits_.find(std::string(reply));
  if (found == permits_.end()) return false;
  Permit& permit = found->second;
  ++permit.used;
  const bool too_many = rules_.max > 0 && permit.used > rules_.max;
  if (too_many || is_expired(permit, now)) {
    permits_.erase(found);
    return false;
  }
  return true;
}

bool ReplyPermits::is_expired(const Permit& permit, base::Time now) const {
  return rules_.expires.count() > 0 && now - permit.since > rules_.expires;
}

void ReplyPermits::forget_expired(base::Time now) {
  std::erase_if(permits_, [&](const auto& entry) { return is_expired(entry.second, now); });
}

}  // namespace broker
