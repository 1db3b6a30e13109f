#include "broker/cluster/mesh.h"

#include "base/log.h"
#include "broker/cluster/route_session.h"
#include "broker/protocol/lines.h"
#include "contract/url.h"

namespace broker {

namespace log = base::log;

Mesh::Mesh(Surroundings surroundings, ClusterIdentity identity, ClusterSettings settings)
    : around_(surroundings),
      identity_(std::move(identity)),
      name_(settings.name),
      settings_(std::make_shared<const ClusterSettings>(std::move(settings))) {}

std::shared_ptr<const ClusterSettings> Mesh::settings() const {
  const std::lock_guard lock(mutex_);
  return settings_;
}

void Mesh::set_settings(ClusterSettings settings) {
  auto fresh = std::make_shared<const ClusterSettings>(std::move(settings));
  const std::lock_guard lock(mutex_);
  settings_ = std::move(fresh);
}

std::shared_ptr<const TlsContext> Mesh::tls() const {
  const std::lock_guard lock(mutex_);
  return tls_;
}

void Mesh::set_tls(std::shared_ptr<const TlsContext> context) {
  const std::lock_guard lock(mutex_);
  tls_ = std::move(context);
}

void Mesh::set_address(const Address& listening) {
  const std::lock_guard lock(mutex_);
  address_ = listening;
}

Address Mesh::address() const {
  const std::lock_guard lock(mutex_);
  return address_;
}

contract::ServerInfo Mesh::info() const {
  const auto settings = this->settings();
  contract::ServerInfo info;
  info.server_id = identity_.server_id;
  info.server_name = identity_.server_name;
  info.version = identity_.version;
  info.proto = contract::kRouteProtocol;
  info.host = settings->host;
  info.port = address().port;
  info.headers = identity_.headers;
  info.auth_required = !settings->user.empty();
  info.tls_required = tls() != nullptr;
  info.tls_verify = info.tls_required;
  info.max_payload = identity_.max_payload;
  info.cluster = name_.text();
  info.cluster_dynamic = name_.is_dynamic();
  if (!settings->no_advertise) {
    info.connect_urls = identity_.client_urls;
    info.ws_connect_urls = identity_.websocket_urls;
  }
  info.leafnode_urls = identity_.leafnode_urls;
  info.lame_duck = lame_duck_;
  info.gateway_url = gateways_.url;
  info.import_permissions = settings->import_permissions;
  info.export_permissions = settings->export_permissions;
  // We know leaf nodes of a cluster from others, in interest and in its end.
  info.lnoc = true;
  info.lnocu = true;
  if (auto advertised = contract::HostPort::parse(settings->advertise, info.port);
      !settings->advertise.empty() && advertised) {
    info.host = advertised->host;
    info.port = advertised->port;
    info.ip = "nats-route://" + advertised->text() + "/";
  }
  return info;
}

contract::RouteConnect Mesh::connect() const {
  const auto settings = this->settings();
  contract::RouteConnect connect;
  connect.user = settings->user;
  connect.pass = settings->password;
  connect.tls_required = tls() != nullptr;
  connect.headers = identity_.headers;
  connect.name = identity_.server_id;
  connect.cluster = name_.text();
  connect.cluster_dynamic = name_.is_dynamic();
  connect.lnoc = true;
  connect.lnocu = true;
  return connect;
}

ClusterName::Verdict Mesh::agree_on_name(std::string_view theirs,
                                         bool dynamic,
                                         const Destination& by) {
  const auto verdict = name_.meet(theirs, dynamic);
  if (verdict == ClusterName::Verdict::adopted) {
    log::info("Cluster name updated to {}", theirs);
    for (const Peer& peer : table_.all()) {
      if (peer.to.get() != &by) close(peer, CloseReason::cluster_name_conflict);
    }
    tell_changed();
  }
  return verdict;
}

void Mesh::enter_lame_duck() {
  lame_duck_ = true;
  const std::string line = info_line(to_json(info()).dump());
  for (const Peer& peer : table_.all())
    say(peer, line);
}

void Mesh::say(const Peer& peer, std::string line) const {
  around_.workers.at(peer.to->worker).post([to = peer.to, line = std::move(line)](Worker&) {
    if (to->endpoint != nullptr) static_cast<RouteSession*>(to->endpoint)->say(line);
  });
}

void Mesh::close(const Peer& peer, CloseReason reason) const {
  around_.workers.at(peer.to->worker).post([to = peer.to, reason](Worker&) {
    if (to->endpoint != nullptr) static_cast<RouteSession*>(to->endpoint)->close(reason);
  });
}

}  // namespace broker
