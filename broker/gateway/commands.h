#pragma once

namespace broker {

// What an INFO has the other end of a gateway do.
// Source: nats-server server/gateway.go (gatewayCmdGossip and what follows)
inline constexpr int kGossip = 1;                  // it tells of another cluster
inline constexpr int kAllSubscriptionsFollow = 2;  // of one account
inline constexpr int kThoseWereAll = 3;

}  // namespace broker
