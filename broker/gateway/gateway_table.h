#pragma once

#include "broker/exchange/destination.h"
#include "contract/server_info.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

// A server of another cluster, on the other end of a connection.
struct FarServer {
  std::string cluster = {};
  contract::ServerInfo info = {};  // as it introduced itself
  std::shared_ptr<Destination> to = {};
};

// The gateway connections that are up: out, one to each other cluster, on which our messages leave;
// in, any number, on which theirs arrive. Threads: any; one lock.
class GatewayTable {
 public:
  bool add_outbound(const FarServer& server);  // false: that cluster has one
  void add_inbound(const FarServer& server);
  void remove(const Destination& connection);

  bool has_outbound(std::string_view cluster) const;
  bool has_inbound(std::string_view cluster) const;
  std::vector<FarServer> outbound() const;
  std::vector<FarServer> inbound() const;

 private:
  mutable std::mutex mutex_;
  std::vector<FarServer> outbound_;  // guarded by mutex_
  std::vector<FarServer> inbound_;   // guarded by mutex_
};

}  // namespace broker
