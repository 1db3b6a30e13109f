// Where other servers come in, and how they are joined: those of our cluster, other clusters, leaf
// nodes.
#include "broker/server/server.h"

namespace broker {

// Before the cluster, whose other servers are told where our gateways are.
base::Result<void> Server::open_gateways() {
  const auto options = this->options();
  if (!options->gateway.enabled()) return {};
  GatewayIdentity identity;
  identity.server_id = id_;
  identity.server_name = name_;
  identity.version = options->version;
  identity.host = reachable_hosts(options->gateway.host).front();
  identity.headers = options->limits.headers;
  identity.max_payload = static_cast<std::int64_t>(options->limits.max_payload);
  identity.max_control_line = options->limits.max_control_line;
  identity.max_pending = options->limits.max_pending;
  gateways_ = std::make_unique<Gateways>(Surroundings{workers_, exchange_, accounts_, ids_},
                                         std::move(identity),
                                         gateway_settings(*options));
  gateways_->set_tls(tls_.gateways);
  if (const auto listening = gateways_->listen(); !listening) {
    return base::Error(base::ErrorCode::io,
                       "Error listening on gateway port: " + std::to_string(options->gateway.port) +
                           " - " + listening.error().what);
  }
  gateways_seen_ = gateways_.get();
  return {};
}

base::Result<void> Server::open_cluster() {
  const auto options = this->options();
  if (!options->cluster.enabled()) return {};
  ClusterIdentity identity;
  identity.server_id = id_;
  identity.server_name = name_;
  identity.version = options->version;
  identity.headers = options->limits.headers;
  identity.max_payload = static_cast<std::int64_t>(options->limits.max_payload);
  identity.max_control_line = options->limits.max_control_line;
  identity.max_pending = options->limits.max_pending;
  identity.client_urls = own_client_urls();
  identity.websocket_urls = own_websocket_urls();
  if (leafs_) identity.leafnode_urls = leafs_->own_urls();
  cluster_ = std::make_unique<Cluster>(Surroundings{workers_, exchange_, accounts_, ids_},
                                       std::move(identity),
                                       route_settings(*options),
                                       [this] { control_.post([this] { cluster_changed(); }); });
  cluster_->set_tls(tls_.routes);
  if (const auto listening = cluster_->listen(); !listening) {
    cluster_.reset();
    return base::Error(base::ErrorCode::io,
                       "Error listening on router port: " + std::to_string(options->cluster.port) +
                           " - " + listening.error().what);
  }
  if (gateways_) gateways_->join(*cluster_);
  cluster_seen_ = cluster_.get();
  cluster_changed();  // now with the cluster's name
  return {};
}

base::Result<void> Server::open_leafs() {
  if (!leafs_) return {};
  leafs_->set_tls(tls_.leafs);
  // Who dials and is in no cluster is one of its own. Source: nats-server server/server.go
  // (leafNoCluster)
  const auto options = this->options();
  const bool alone = !options->cluster.enabled() && !options->leaf.remotes.empty();
  const std::string& cluster = options->cluster.name;
  leafs_->set_cluster(cluster.empty() && alone ? name_ : cluster, {});
  if (const auto listening = leafs_->listen(); !listening) {
    return base::Error(base::ErrorCode::io,
                       "Error listening on leafnode port: " + std::to_string(options->leaf.port) +
                           " - " + listening.error().what);
  }
  return {};
}

// A server came or went, or our cluster has another name.
void Server::cluster_changed() {
  push_client_info();
  if (!leafs_ || !cluster_) return;
  ClusterState state = cluster_->state();
  leafs_->set_cluster(std::move(state.name), std::move(state.leafnode_urls));
}

}  // namespace broker
