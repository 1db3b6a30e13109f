#pragma once

#include "base/json.h"
#include "broker/server/server.h"

#include <atomic>
#include <cstdint>

namespace broker {

// Who says it: the "server" object of answers and events, numbered and dated.
// Source: nats-server 2.10 server/events.go (ServerInfo)
// Threads: any.
class ServerStamp {
 public:
  explicit ServerStamp(const Server& server) : server_(server) {}

  base::Json next();

 private:
  const Server& server_;
  std::atomic<std::uint64_t> sequence_{0};
};

}  // namespace broker
