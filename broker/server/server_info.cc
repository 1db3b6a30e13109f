// What the server tells its clients of itself and of the cluster.
#include "broker/leaf/leaf_session.h"
#include "broker/server/server.h"
#include "broker/sessions/client_session.h"

namespace broker {

std::vector<std::string> Server::own_client_urls() const {
  const auto options = this->options();
  return own_urls(options->client_advertise, options->host, client_port_);
}

std::vector<std::string> Server::own_websocket_urls() const {
  const auto options = this->options();
  if (websocket_port_ == 0) return {};
  return own_urls(options->websocket.advertise, options->websocket.host, websocket_port_);
}

std::vector<std::string> Server::own_urls(const std::string& advertise,
                                          const std::string& host,
                                          int port) const {
  if (!accepts_clients()) return {};
  if (!advertise.empty()) {
    if (const auto advertised = contract::HostPort::parse(advertise, port)) {
      return {advertised->text()};
    }
  }
  std::vector<std::string> urls;
  for (const std::string& reachable : reachable_hosts(host))
    urls.push_back(contract::HostPort{reachable, port}.text());
  return urls;
}

contract::ServerInfo Server::client_info() const {
  const auto options = this->options();
  contract::ServerInfo info;
  info.server_id = id_;
  info.server_name = name_;
  info.version = options->version;
  info.proto = contract::kClientProtocol;
  info.host = options->host;
  info.port = client_port_;
  if (!options->client_advertise.empty()) {
    const auto advertised = contract::HostPort::parse(options->client_advertise, client_port_);
    if (advertised) {
      info.host = advertised->host;
      info.port = advertised->port;
    }
  }
  info.headers = options->limits.headers;
  info.max_payload = static_cast<std::int64_t>(options->limits.max_payload);
  info.lame_duck = lame_duck_;
  if (const Cluster* others = cluster()) {
    ClusterState state = others->state();
    info.cluster = std::move(state.name);
    info.connect_urls = std::move(state.connect_urls);
    info.ws_connect_urls = std::move(state.websocket_urls);
  } else if (options->gateway.enabled()) {
    info.cluster = options->gateway.name;
  }
  return info;
}

std::shared_ptr<const ClientRules> Server::make_rules(
    const Options& options, std::shared_ptr<const Authenticator> authenticator) {
  auto rules = std::make_shared<ClientRules>();
  rules->limits = options.limits;
  rules->info = client_info();
  rules->info.ws_connect_urls.clear();  // which are the other door's
  exchange_.set_cluster_name(rules->info.cluster);
  rules->info.auth_required = authenticator->required();
  rules->authenticator = std::move(authenticator);
  if (tls_.clients != nullptr && options.tls) {
    rules->tls = std::make_shared<const ClientTls>(
        ClientTls{tls_.clients, options.allow_non_tls, options.tls->handshake_first});
    rules->info.tls_required = !options.allow_non_tls;
    rules->info.tls_available = options.allow_non_tls;
    rules->info.tls_verify = options.tls->settings.verify;
    // The handshake may take its time. Source: nats-server server/opts.go (getDefaultAuthTimeout)
    if (!options.auth_timeout_given) {
      rules->limits.auth_timeout = options.tls->settings.timeout + std::chrono::seconds(1);
    }
  }
  return rules;
}

// What INFO says to websocket clients: their own addresses, as those of clients.
// Source: nats-server server/client.go (generateClientInfoJSON); 2.9 still said the clients' port
std::shared_ptr<const ClientRules> Server::make_websocket_rules(
    const Options& options, std::shared_ptr<const Authenticator> authenticator) {
  auto rules = std::make_shared<ClientRules>();
  rules->limits = websocket_limits(options);
  rules->info = client_info();
  rules->info.host = options.websocket.host;
  rules->info.port = websocket_port_;
  rules->info.connect_urls = std::move(rules->info.ws_connect_urls);
  rules->info.ws_connect_urls.clear();
  rules->info.tls_required = rules->info.tls_available = tls_.websockets != nullptr;
  rules->info.tls_verify = options.tls && options.tls->settings.verify;
  rules->info.auth_required = authenticator->required();
  rules->authenticator = std::move(authenticator);
  return rules;
}

void Server::renew_rules(const Options& options,
                         const std::shared_ptr<const Authenticator>& clients,
                         const std::shared_ptr<const Authenticator>& websockets,
                         bool reloaded) {
  publish_rules(make_rules(options, clients), ConnectionType::standard, reloaded);
  if (!options.websocket.enabled()) return;
  publish_rules(make_websocket_rules(options, websockets), ConnectionType::websocket, reloaded);
}

void Server::publish_rules(std::shared_ptr<const ClientRules> rules,
                           ConnectionType door,
                           bool reloaded) {
  // A new max_payload alone is enforced without a word. Source: nats-server, seen on 2.9 to 2.15
  contract::ServerInfo told = clients_.rules(door)->info;
  told.max_payload = rules->info.max_payload;
  const bool news = !(told == rules->info);
  clients_.set_rules(rules, door);
  workers_.post_all([rules, door, reloaded, news](Worker& worker) {
    for_each_client(worker, [&](ClientSession& client) {
      if (client.state().door != door) return;
      if (reloaded) client.reload(rules);
      if (news && !client.is_closed()) client.send_info(rules);
    });
    if (!reloaded) return;
    for_each_leaf(worker, [](LeafSession& leaf) { leaf.renew_account(); });
  });
}

void Server::push_client_info() {
  renew_rules(*options(),
              clients_.rules()->authenticator,
              clients_.rules(ConnectionType::websocket)->authenticator,
              false);
}

}  // namespace broker
