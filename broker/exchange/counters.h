#pragma once

#include <cstdint>

namespace broker {

// Messages and bytes, in as seen from the server. Bytes are headers and payload, not protocol.
struct Traffic {
  std::uint64_t in_messages = 0;
  std::uint64_t in_bytes = 0;
  std::uint64_t out_messages = 0;
  std::uint64_t out_bytes = 0;

  Traffic& operator+=(const Traffic& other) {
    in_messages += other.in_messages;
    in_bytes += other.in_bytes;
    out_messages += other.out_messages;
    out_bytes += other.out_bytes;
    return *this;
  }
};

// What one worker saw since it started. Threads: the worker's; others ask it (Worker::ask).
struct Counters {
  Traffic total = {};  // of all connections
  std::uint64_t slow_clients = 0;
  std::uint64_t slow_routes = 0;
  std::uint64_t slow_leafs = 0;
  std::uint64_t slow_gateways = 0;
  std::uint64_t stale_connections = 0;

  Counters& operator+=(const Counters& other) {
    total += other.total;
    slow_clients += other.slow_clients;
    slow_routes += other.slow_routes;
    slow_leafs += other.slow_leafs;
    slow_gateways += other.slow_gateways;
    stale_connections += other.stale_connections;
    return *this;
  }
};

}  // namespace broker
