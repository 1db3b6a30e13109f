#include "broker/gateway/gateway_table.h"

#include <algorithm>

namespace broker {

namespace {

bool has(const std::vector<FarServer>& servers, std::string_view cluster) {
  return std::any_of(servers.begin(), servers.end(), [&](const FarServer& server) {
    return server.cluster == cluster;
  });
}

}  // namespace

bool GatewayTable::add_outbound(const FarServer& server) {
  const std::lock_guard lock(mutex_);
  if (has(outbound_, server.cluster)) return false;
  outbound_.push_back(server);
  return true;
}

void GatewayTable::add_inbound(const FarServer& server) {
  const std::lock_guard lock(mutex_);
  inbound_.push_back(server);
}

void GatewayTable::remove(const Destination& connection) {
  const auto is_it = [&](const FarServer& server) { return server.to.get() == &connection; };
  const std::lock_guard lock(mutex_);
  std::erase_if(outbound_, is_it);
  std::erase_if(inbound_, is_it);
}

bool GatewayTable::has_outbound(std::string_view cluster) const {
  const std::lock_guard lock(mutex_);
  return has(outbound_, cluster);
}

bool GatewayTable::has_inbound(std::string_view cluster) const {
  const std::lock_guard lock(mutex_);
  return has(inbound_, cluster);
}

std::vector<FarServer> GatewayTable::outbound() const {
  const std::lock_guard lock(mutex_);
  return outbound_;
}

std::vector<FarServer> GatewayTable::inbound() const {
  const std::lock_guard lock(mutex_);
  return inbound_;
}

}  // namespace broker
