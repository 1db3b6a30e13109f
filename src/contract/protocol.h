#pragma once

#include "base/units.h"

#include <cstdint>

// The figures every NATS server starts with. Bytes where the name says so.
// Source: nats-server server/const.go and server/opts.go (setBaselineOptions), same in 2.9 to 2.15
// except where a line says more.
namespace contract {

inline constexpr int kDefaultClientPort = 4222;
inline constexpr int kDefaultMonitorPort =
    8222;  // by custom: monitoring is off until it is asked for
inline constexpr int kDefaultLeafPort = 7422;
inline constexpr int kTutorialRoutePort = 6222;  // by custom: a cluster block has no default port
inline constexpr int kRandomPort = -1;           // "any free port"

inline constexpr char kDefaultHost[] = "0.0.0.0";
inline constexpr char kGlobalAccount[] = "$G";    // clients that belong to no other account
inline constexpr char kSystemAccount[] = "$SYS";  // what servers tell each other

inline constexpr std::int64_t kMaxPayloadBytes = 1024 * 1024;
inline constexpr std::int64_t kMaxPayloadWarnBytes = 8 * 1024 * 1024;  // above it the log warns
inline constexpr std::int64_t kMaxPendingBytes = 64 * 1024 * 1024;     // of one connection
inline constexpr std::int64_t kMaxControlLineBytes =
    4096;  // of clients; 2.10+ routes take 16 times it
inline constexpr int kMaxConnections = 64 * 1024;
inline constexpr int kMaxPingsOut = 2;  // unanswered ones before "Stale Connection"

inline constexpr base::nanoseconds kPingInterval = std::chrono::minutes(2);
inline constexpr base::nanoseconds kRoutePingInterval =
    std::chrono::seconds(30);  // 2.10+: the longest
inline constexpr base::nanoseconds kGatewayPingInterval = std::chrono::seconds(15);  // the longest
inline constexpr base::nanoseconds kFirstPing =
    std::chrono::seconds(2);  // after CONNECT, for the RTT
inline constexpr base::nanoseconds kFirstRoutePing = std::chrono::seconds(1);
inline constexpr base::nanoseconds kWriteDeadline = std::chrono::seconds(10);
inline constexpr base::nanoseconds kAuthTimeout = std::chrono::seconds(2);

inline constexpr base::nanoseconds kLameDuckDuration = std::chrono::minutes(2);
inline constexpr base::nanoseconds kLameDuckLeastDuration = std::chrono::seconds(30);
inline constexpr base::nanoseconds kLameDuckGracePeriod = std::chrono::seconds(10);

inline constexpr base::nanoseconds kRouteConnectDelay =
    std::chrono::seconds(1);  // between two tries
inline constexpr base::nanoseconds kRouteConnectMaxJitter = std::chrono::milliseconds(100);
inline constexpr base::nanoseconds kRouteDialTimeout = std::chrono::seconds(1);
inline constexpr base::nanoseconds kLeafReconnectDelay = std::chrono::seconds(1);
inline constexpr base::nanoseconds kLeafFirstInfoTimeout = std::chrono::seconds(1);
inline constexpr base::nanoseconds kGatewayFirstDial =
    std::chrono::seconds(1);  // after the start: the cluster forms first
inline constexpr base::nanoseconds kGatewayConnectMostDelay = std::chrono::seconds(30);
inline constexpr base::nanoseconds kGatewayReplyTime =
    std::chrono::seconds(2);  // how long a subscription is new, and a mapped reply remembered
inline constexpr int kConnectErrorReports = 3600;  // one log line in so many failed tries
inline constexpr int kReconnectErrorReports = 1;

inline constexpr int kClientProtocol = 1;  // INFO "proto" to clients: async INFO is understood
inline constexpr int kRouteProtocol = 2;   // INFO "proto" to routes

}  // namespace contract
