#include "broker/gateway/super_cluster.h"

#include "broker/gateway/commands.h"
#include "broker/gateway/gateway_session.h"
#include "broker/protocol/lines.h"

namespace broker {

namespace {

// 1 would promise to follow messages with traces (2.11).
constexpr int kServerProtocol = 0;

}  // namespace

SuperCluster::SuperCluster(Surroundings surroundings,
                           GatewayIdentity identity,
                           GatewaySettings settings)
    : around_(surroundings),
      identity_(std::move(identity)),
      settings_(std::move(settings)),
      known_(settings_),
      interest_(surroundings.workers.size()) {}

GatewayTls SuperCluster::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

void SuperCluster::set_tls(GatewayTls tls) {
  const std::lock_guard lock(mutex_);
  tls_ = std::move(tls);
}

void SuperCluster::set_address(const Address& listening) {
  const std::lock_guard lock(mutex_);
  address_ = listening;
}

Address SuperCluster::address() const {
  const std::lock_guard lock(mutex_);
  return address_;
}

std::string SuperCluster::url() const {
  const int port = address().port;
  if (!settings_.advertise.empty()) {
    const auto advertised = contract::HostPort::parse(settings_.advertise, port);
    if (advertised) return advertised->text();
  }
  return contract::HostPort{identity_.host, port}.text();
}

std::vector<std::string> SuperCluster::urls() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> urls;
  for (const auto& [url, count] : urls_)
    urls.push_back(url);
  return urls;
}

void SuperCluster::add_url(const std::string& url) {
  {
    const std::lock_guard lock(mutex_);
    if (++urls_[url] > 1) return;
  }
  tell_urls();
}

void SuperCluster::remove_url(const std::string& url) {
  {
    const std::lock_guard lock(mutex_);
    const auto known = urls_.find(url);
    if (known == urls_.end() || --known->second > 0) return;
    urls_.erase(known);
  }
  tell_urls();
}

void SuperCluster::tell_urls() {
  const std::string line = info_line(to_json(info()).dump());
  for (const FarServer& server : table_.inbound())
    say(server, line);
}

contract::ServerInfo SuperCluster::info() const {
  contract::ServerInfo info;
  info.server_id = identity_.server_id;
  info.server_name = identity_.server_name;
  info.version = identity_.version;
  info.proto = kServerProtocol;
  info.gateway_url = url();
  if (const auto here = contract::HostPort::parse(info.gateway_url)) {
    info.host = here->host;
    info.port = here->port;
  }
  info.headers = identity_.headers;
  info.auth_required = !settings_.user.empty();
  info.tls_required = info.tls_verify = tls().own != nullptr;
  info.max_payload = identity_.max_payload;
  info.gateway = settings_.name;
  info.gateway_urls = urls();
  info.gateway_nrp = true;
  info.gateway_iom = true;
  return info;
}

// A password in the address counts more than that of the block.
contract::RouteConnect SuperCluster::connect(const contract::Url& dialled) const {
  contract::RouteConnect connect;
  connect.echo = false;
  connect.headers = false;  // as nats-server has it: INFO says whether we take them
  connect.user = dialled.has_user ? dialled.user : settings_.user;
  connect.pass = dialled.has_user ? dialled.password : settings_.password;
  connect.tls_required = tls().own != nullptr;
  connect.name = identity_.server_id;
  connect.gateway = settings_.name;
  return connect;
}

void SuperCluster::hear_of(const contract::ServerInfo& info) {
  if (settings_.reject_unknown && !known_.find(info.gateway)) return;
  if (known_.hear_of(info.gateway, info.gateway_urls)) hooks_.found(info.gateway);
}

std::vector<std::string> SuperCluster::gossip_for(std::string_view cluster) const {
  std::vector<std::string> lines;
  for (const KnownCluster& known : known_.all()) {
    if (known.name == cluster || known.urls.empty()) continue;
    contract::ServerInfo info;
    info.server_id = identity_.server_id;
    info.gateway_cmd = kGossip;
    info.gateway = known.name;
    info.gateway_urls = addresses(known);
    lines.push_back(info_line(to_json(info).dump()));
  }
  return lines;
}

std::vector<std::string> SuperCluster::gossip_for_route() {
  std::vector<std::string> lines;
  for (const FarServer& server : table_.outbound()) {
    const auto known = known_.find(server.cluster);
    if (known && !known->urls.empty()) lines.push_back(gossip_of(known->name, addresses(*known)));
  }
  return lines;
}

// The id is nobody's: old servers would take it for a new server of the cluster.
std::string SuperCluster::gossip_of(const std::string& cluster,
                                    const std::vector<std::string>& urls) const {
  contract::ServerInfo info;
  info.server_id = "GW" + identity_.server_id;
  info.server_name = identity_.server_name;
  info.gateway_cmd = kGossip;
  info.gateway = cluster;
  info.gateway_urls = urls;
  return info_line(to_json(info).dump());
}

bool SuperCluster::is_name_taken(const std::string& server_name) const {
  return server_name == identity_.server_name || hooks_.is_member(server_name);
}

void SuperCluster::say(const FarServer& server, std::string line) const {
  around_.workers.at(server.to->worker).post([to = server.to, line = std::move(line)](Worker&) {
    if (to->endpoint != nullptr) static_cast<GatewaySession*>(to->endpoint)->say(line);
  });
}

}  // namespace broker
