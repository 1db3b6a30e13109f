#include "broker/monitor/endpoints.h"
#include "broker/monitor/listing.h"
#include "broker/monitor/snapshot.h"
#include "contract/monitoring.h"

#include <thread>

namespace broker {

namespace {

constexpr double kTlsTimeoutSeconds = 2;  // nats-server shows its default also without TLS

double seconds(base::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

std::int64_t number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

base::Json gateway_varz(const Gateways& gateways, const RemoteCluster& remote) {
  base::Json varz = base::Json::object({{"name", remote.name}});
  if (remote.tls) varz.set("tls_timeout", seconds(remote.tls->timeout));
  std::vector<std::string> urls;
  for (const contract::Url& url : remote.urls)
    urls.push_back(url.address().text());
  for (const KnownCluster& known : gateways.known()) {
    if (known.name == remote.name) urls = addresses(known);
  }
  varz.set("urls", urls);
  return varz;
}

contract::ClusterVarz cluster_varz(const Monitored& monitored) {
  const ClusterSettings& settings = monitored.server.options()->cluster;
  contract::ClusterVarz varz;
  const Cluster* cluster = monitored.server.cluster();
  if (cluster == nullptr) {
    varz.name = monitored.server.options()->gateway.name;
    return varz;
  }
  varz.name = cluster->state().name;
  varz.addr = settings.host;
  varz.cluster_port = cluster->address().port;
  varz.auth_timeout = seconds(settings.auth_timeout);
  for (const contract::Url& route : settings.routes)
    varz.urls.push_back(route.address().text());
  varz.tls_timeout = settings.tls ? seconds(settings.tls->timeout) : kTlsTimeoutSeconds;
  varz.tls_required = settings.tls.has_value();
  varz.tls_verify = settings.tls.has_value();
  varz.pool_size = -1;  // as nats-server configured without a pool: one connection a server
  return varz;
}

// Without what is not configured, as nats-server shows it.
base::Json websocket_varz(const Monitored& monitored) {
  base::Json varz = base::Json::object();
  const WebsocketOptions& settings = monitored.server.options()->websocket;
  if (!settings.enabled()) return varz;
  const auto text = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) varz.set(name, value);
  };
  const auto flag = [&](std::string_view name, bool value) {
    if (value) varz.set(name, true);
  };
  const auto list = [&](std::string_view name, const std::vector<std::string>& values) {
    if (!values.empty()) varz.set(name, values);
  };
  text("host", settings.host);
  varz.set("port", monitored.server.websocket_port());
  text("advertise", settings.advertise);
  text("no_auth_user", settings.no_auth_user);
  text("jwt_cookie", settings.jwt_cookie);
  if (settings.handshake_timeout.count() > 0) {
    varz.set("handshake_timeout", settings.handshake_timeout.count());
  }
  if (settings.auth_timeout && settings.auth_timeout->count() > 0) {
    varz.set("auth_timeout", seconds(*settings.auth_timeout));
  }
  flag("no_tls", settings.no_tls);
  flag("tls_map", settings.tls && settings.tls->map);
  if (settings.tls) list("tls_pinned_certs", settings.tls->settings.pinned_certs);
  flag("same_origin", settings.same_origin);
  list("allowed_origins", settings.allowed_origins);
  flag("compression", settings.compression);
  return varz;
}

// The addresses of a cluster are those it told us, too.
base::Json gateway_varz(const Monitored& monitored) {
  base::Json varz = base::Json::object();
  const Gateways* gateways = monitored.server.gateways();
  if (gateways == nullptr) return varz;
  const GatewaySettings& settings = gateways->settings();
  varz.set("name", settings.name);
  varz.set("host", settings.host);
  varz.set("port", gateways->address().port);
  varz.set("auth_timeout", seconds(settings.auth_timeout));
  varz.set("tls_timeout", settings.tls ? seconds(settings.tls->timeout) : kTlsTimeoutSeconds);
  if (settings.tls) varz.set("tls_required", true);
  if (settings.tls) varz.set("tls_verify", true);
  if (!settings.advertise.empty()) varz.set("advertise", settings.advertise);
  if (settings.connect_retries != 0) varz.set("connect_retries", settings.connect_retries);
  if (settings.reject_unknown) varz.set("reject_unknown", true);
  base::Json remotes = base::Json::array();
  for (const RemoteCluster& remote : settings.remotes)
    remotes.push(gateway_varz(*gateways, remote));
  if (!remotes.items().empty()) varz.set("gateways", std::move(remotes));
  return varz;
}

// What is left out when it is nothing, as nats-server leaves it out.
base::Json leaf_varz(const Monitored& monitored) {
  base::Json json = base::Json::object();
  const Leafs* leafs = monitored.server.leafs();
  if (leafs == nullptr) return json;
  const auto settings = leafs->settings();
  if (settings->listens()) {
    json.set("host", settings->host);
    json.set("port", leafs->port());
    json.set("auth_timeout", seconds(settings->auth_timeout));
    json.set("tls_timeout", settings->tls ? seconds(settings->tls->timeout) : kTlsTimeoutSeconds);
    if (settings->tls) json.set("tls_required", true);
    if (settings->tls && settings->tls->verify) json.set("tls_verify", true);
  }
  if (settings->remotes.empty()) return json;
  base::Json list = base::Json::array();
  for (const LeafRemoteSettings& remote : settings->remotes) {
    base::Json each = base::Json::object();
    each.set("local_account",
             remote.account.empty() ? std::string(contract::kGlobalAccount) : remote.account);
    if (remote.tls) each.set("tls_timeout", seconds(remote.tls->timeout));
    std::vector<std::string> urls;
    for (const contract::Url& url : remote.urls)
      urls.push_back(url.address().text());
    each.set("urls", urls);
    if (!remote.deny_imports.empty() || !remote.deny_exports.empty()) {
      base::Json deny = base::Json::object();
      if (!remote.deny_exports.empty()) deny.set("exports", remote.deny_exports);
      if (!remote.deny_imports.empty()) deny.set("imports", remote.deny_imports);
      each.set("deny", std::move(deny));
    }
    list.push(std::move(each));
  }
  json.set("remotes", std::move(list));
  return json;
}

void add_settings(contract::Varz& varz, const Monitored& monitored) {
  const Server& server = monitored.server;
  const auto options = server.options();
  const contract::ServerInfo info = server.client_info();
  varz.server_id = server.id();
  varz.server_name = server.name();
  varz.version = options->version;
  varz.proto = contract::kClientProtocol;
  varz.host = options->host;
  varz.port = server.client_port();
  varz.auth_required = monitored.server.clients().rules()->authenticator->configured();
  varz.connect_urls = info.connect_urls;
  varz.max_connections = options->limits.max_connections;
  varz.max_subscriptions = std::max<std::int64_t>(0, options->limits.max_subscriptions);
  varz.ping_interval = options->limits.ping_interval;
  varz.ping_max = options->limits.ping_max;
  varz.http_host = options->http_host.empty() ? options->host : options->http_host;
  varz.http_port = monitored.seen.http_port;
  varz.http_base_path = options->http_base_path == "/" ? std::string{} : options->http_base_path;
  varz.https_port = monitored.seen.https_port;
  varz.auth_timeout = seconds(monitored.server.clients().rules()->limits.auth_timeout);
  varz.max_control_line = number(options->limits.max_control_line);
  varz.max_payload = number(options->limits.max_payload);
  varz.max_pending = number(options->limits.max_pending);
  varz.cluster = cluster_varz(monitored);
  varz.websocket = websocket_varz(monitored);
  varz.gateway = gateway_varz(monitored);
  varz.leaf = leaf_varz(monitored);
  varz.tls_timeout = options->tls ? seconds(options->tls->settings.timeout) : kTlsTimeoutSeconds;
  varz.tls_required = options->tls && !options->allow_non_tls;
  varz.tls_verify = options->tls && options->tls->settings.verify;
  varz.write_deadline = options->limits.write_deadline;
  varz.tags = options->tags;
  for (const TrustedOperator& one : options->trust.operators) {
    varz.trusted_operators_jwt.push_back(one.token);
    varz.trusted_operators_claim.push_back(one.claims.claims.body);
  }
  if (const auto& trusted = server.trusted()) varz.pinned_account_fails = trusted->pinned_fails();
  varz.system_account = monitored.server.accounts().system().name();
}

void add_state(contract::Varz& varz, const Monitored& monitored, const Counters& counters) {
  Server& server = monitored.server;
  varz.start = server.started();
  varz.now = wall_now();
  varz.uptime = age(varz.start, varz.now);
  varz.mem = monitored.seen.usage.resident_bytes();
  varz.cores = static_cast<int>(std::thread::hardware_concurrency());
  varz.gomaxprocs = static_cast<int>(server.workers().size());
  varz.cpu = monitored.seen.usage.cpu_percent();
  varz.connections = server.clients().connected().load();
  varz.total_connections = number(server.clients().total());
  varz.leafnodes = number(server.leafs() != nullptr ? server.leafs()->size() : 0);
  varz.in_msgs = number(counters.total.in_messages);
  varz.out_msgs = number(counters.total.out_messages);
  varz.in_bytes = number(counters.total.in_bytes);
  varz.out_bytes = number(counters.total.out_bytes);
  varz.slow_consumers = number(counters.slow_clients + counters.slow_routes + counters.slow_leafs +
                               counters.slow_gateways);
  varz.slow_consumer_stats = contract::SlowConsumerStats{.clients = number(counters.slow_clients),
                                                         .routes = number(counters.slow_routes),
                                                         .gateways = number(counters.slow_gateways),
                                                         .leafs = number(counters.slow_leafs)};
  std::int64_t subscriptions = 0;
  for (const Account* account : server.accounts().all())
    subscriptions += number(account->subscriptions().size());
  varz.subscriptions = subscriptions;
  for (const auto& [path, count] : monitored.seen.counts.all())
    varz.http_req_stats.emplace_back(path, count);
  varz.config_load_time = server.options_loaded();
}

}  // namespace

base::Result<Answer> varz_page(const Monitored& monitored, const Query&) {
  Workers& workers = monitored.server.workers();
  contract::Varz varz;
  add_settings(varz, monitored);
  add_state(varz, monitored, TRY(total_counters(workers)));
  // One connection a server: both numbers are the same.
  const auto routes =
      static_cast<std::int64_t>(TRY(route_states(workers, Subscriptions::left_out)).size());
  varz.routes = routes;
  varz.remotes = routes;
  return Answer::json(varz.to_json());
}

}  // namespace broker
