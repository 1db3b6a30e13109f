#include "broker/exchange/reply_routes.h"

#include "contract/protocol.h"

namespace broker {

void ReplyRoutes::remember(std::string_view reply, std::string_view routed, base::Time now) {
  const base::Time until = now + contract::kGatewayReplyTime;
  const std::lock_guard lock(mutex_);
  forget_expired(now);
  routes_[std::string(reply)] = {std::string(routed), until};
  expiries_.push_back({until, std::string(reply)});
  any_ = true;
}

std::optional<std::string> ReplyRoutes::find(std::string_view subject, base::Time now) {
  if (!any_.load(std::memory_order_relaxed)) return std::nullopt;
  const std::lock_guard lock(mutex_);
  forget_expired(now);
  const auto known = routes_.find(std::string(subject));
  if (known == routes_.end()) return std::nullopt;
  return known->second.routed;
}

void ReplyRoutes::forget_expired(base::Time now) {
  while (!expiries_.empty() && expiries_.front().at <= now) {
    const auto known = routes_.find(expiries_.front().reply);
    if (known != routes_.end() && known->second.until <= now) routes_.erase(known);
    expiries_.pop_front();
  }
  any_ = !routes_.empty();
}

}  // namespace broker
