#include "broker/cluster/cluster.h"

#include "base/log.h"

#include <algorithm>

namespace broker {

namespace log = base::log;

Cluster::Cluster(Surroundings around,
                 ClusterIdentity identity,
                 ClusterSettings settings,
                 std::function<void()> changed)
    : mesh_(around, std::move(identity), std::move(settings)),
      home_(around.workers.at(0)),
      solicitor_(std::make_unique<Solicitor>(home_, mesh_)) {
  mesh_.set_hooks({
      .changed = std::move(changed),
      .ended =
          [this](const RouteEnd& end) {
            home_.post([this, end](Worker&) { solicitor_->route_ended(end); });
          },
      .heard_of =
          [this](const contract::ServerInfo& info) {
            home_.post([this, info](Worker&) { solicitor_->hear_of(info); });
          },
  });
}

Cluster::~Cluster() = default;

base::Result<void> Cluster::listen() {
  const auto settings = mesh_.settings();
  listener_ =
      TRY(Listener::open(home_.loop(), settings->host, settings->port, [this](Socket socket) {
        auto shared = std::make_shared<Socket>(std::move(socket));
        mesh_.around().workers.next().post([this, shared](Worker& worker) {
          RouteSession::make(worker, mesh_, std::move(*shared), std::nullopt);
        });
      }));
  mesh_.set_address(listener_->address());
  return {};
}

void Cluster::start() {
  log::info("Cluster name is {}", mesh_.name());
  if (mesh_.has_dynamic_name()) {
    log::warn("Cluster name was dynamically generated, consider setting one");
  }
  log::info("Listening for route connections on {}",
            contract::HostPort{mesh_.settings()->host, address().port}.text());
  home_.post([this](Worker&) { solicitor_->start(); });
}

void Cluster::stop() {
  home_
      .ask([this](Worker&) {
        solicitor_->stop();
        listener_.reset();
      })
      .get();
  log::debug("Route accept loop exiting..");
}

void Cluster::reload(ClusterSettings settings) {
  const auto before = mesh_.settings();
  settings.name = before->name;
  settings.host = before->host;
  settings.port = before->port;
  mesh_.set_settings(std::move(settings));
  home_.post([this, before](Worker&) { solicitor_->reload(*before); });
}

void Cluster::say_to_all(const std::string& line) const {
  for (const Peer& peer : mesh_.table().all())
    mesh_.say(peer, line);
}

bool Cluster::has_server(std::string_view name) const {
  const auto peers = mesh_.table().all();
  return std::any_of(
      peers.begin(), peers.end(), [&](const Peer& peer) { return peer.info.server_name == name; });
}

ClusterState Cluster::state() const {
  return {mesh_.name(),
          connect_urls(mesh_),
          websocket_urls(mesh_),
          leafnode_urls(mesh_),
          mesh_.table().size()};
}

}  // namespace broker
