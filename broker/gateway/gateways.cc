#include "broker/gateway/gateways.h"

#include "base/log.h"
#include "broker/gateway/inbound.h"

namespace broker {

namespace log = base::log;

Gateways::Gateways(Surroundings around, GatewayIdentity identity, GatewaySettings settings)
    : all_(around, std::move(identity), std::move(settings)),
      home_(around.workers.at(0)),
      caller_(std::make_unique<GatewayCaller>(home_, all_)) {
  all_.set_hooks({
      .found =
          [this](const std::string& cluster) {
            home_.post([this, cluster](Worker&) { caller_->found(cluster); });
          },
      .lost =
          [this](const std::string& cluster) {
            home_.post([this, cluster](Worker&) { caller_->lost(cluster); });
          },
      .tell_routes =
          [this](const std::string& line) {
            if (Cluster* cluster = cluster_) cluster->say_to_all(line);
          },
      .is_member =
          [this](const std::string& name) {
            const Cluster* cluster = cluster_;
            return cluster != nullptr && cluster->has_server(name);
          },
  });
  around.exchange.far().set_up(all_.settings().name, all_.identity().server_id);
  around.exchange.set_gateways(all_);
}

Gateways::~Gateways() = default;

base::Result<void> Gateways::listen() {
  const GatewaySettings& settings = all_.settings();
  listener_ = TRY(Listener::open(home_.loop(), settings.host, settings.port, [this](Socket socket) {
    auto shared = std::make_shared<Socket>(std::move(socket));
    all_.around().workers.next().post(
        [this, shared](Worker& worker) { InboundGateway::make(worker, all_, std::move(*shared)); });
  }));
  all_.set_address(listener_->address());
  log::info("Gateway name is {}", settings.name);
  log::info("Listening for gateways connections on {}",
            contract::HostPort{settings.host, address().port}.text());
  if (settings.advertise.empty()) {
    log::info("Address for gateway \"{}\" is {}", settings.name, url());
  } else {
    log::info("Advertise address for gateway \"{}\" is set to {}", settings.name, url());
  }
  all_.add_url(url());
  return {};
}

void Gateways::join(Cluster& cluster) {
  cluster_ = &cluster;
  cluster.set_gateways({
      .url = url(),
      .joined = [this](const Peer& peer) { on_route(peer, true); },
      .left = [this](const Peer& peer) { on_route(peer, false); },
      .heard = [this](const contract::ServerInfo& info) { all_.hear_of(info); },
  });
}

void Gateways::start() {
  home_.post([this](Worker&) { caller_->start(); });
}

void Gateways::stop() {
  home_
      .ask([this](Worker&) {
        caller_->stop();
        listener_.reset();
      })
      .get();
  log::debug("Gateway accept loop exiting..");
}

void Gateways::account_added(Account& account) {
  all_.around().workers.post_all([&account](Worker& worker) {
    for_each_gateway(worker, [&](GatewaySession& session) { session.account_added(account); });
  });
}

void Gateways::on_route(const Peer& peer, bool joined) {
  FarClusters& far = all_.around().exchange.far();
  if (!joined) {
    far.remove(*peer.to);
    if (!peer.info.gateway_url.empty()) all_.remove_url(peer.info.gateway_url);
    return;
  }
  far.add_server(peer.info.server_id, peer.to);
  if (!peer.info.gateway_url.empty()) all_.add_url(peer.info.gateway_url);
  for (const std::string& line : all_.gossip_for_route())
    cluster_.load()->say(peer, line);
}

}  // namespace broker
