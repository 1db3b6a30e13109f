#include "tests/support/fake_cluster.h"

#include "tests/support/ports.h"
#include "watch/observe.h"

#include <cstring>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace support {

namespace {

plan::Address loopback() {
  return {"127.0.0.1", free_port()};
}

// A server's answer has its own id whatever the test has filled in.
contract::Jsz jsz_of(const FakeServer& server, const contract::Jsz& told) {
  auto jsz = told;
  jsz.server_id = server.id;
  return jsz;
}

std::size_t number_in(const std::string& target, const std::string& name) {
  const auto at = target.find(name + "=");
  return at == std::string::npos ? 0 : std::stoul(target.substr(at + name.size() + 1));
}

// The accounts from `offset` on, `limit` of them.
contract::Jsz page_of(const FakeServer& server, const std::string& target) {
  auto jsz = jsz_of(server, *server.jsz);
  auto& accounts = jsz.account_details;
  const auto begin = std::min(number_in(target, "offset"), accounts.size());
  const auto end = std::min(begin + number_in(target, "limit"), accounts.size());
  jsz.account_details = {accounts.begin() + static_cast<std::ptrdiff_t>(begin),
                         accounts.begin() + static_cast<std::ptrdiff_t>(end)};
  return jsz;
}

plan::Node node_of(const FakeServer& server) {
  plan::Node node;
  node.name = server.name;
  node.client = server.client;
  node.route = server.route;
  node.monitor = server.monitor;
  return node;
}

}  // namespace

// One monitoring port: a thread that answers one GET a connection. It listens only while its server
// is up.
struct FakeCluster::Http {
  const FakeCluster& cluster;
  std::string name;
  std::jthread thread;

  Http(const FakeCluster& of, std::string who) : cluster(of), name(std::move(who)) {
    thread = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  static int listen_on(const plan::Address& address) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    sockaddr_in name{};
    name.sin_family = AF_INET;
    name.sin_port = htons(static_cast<std::uint16_t>(address.port));
    name.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&name), sizeof name) != 0 ||
        ::listen(listener, 16) != 0) {
      ::close(listener);
      return -1;
    }
    return listener;
  }

  void run(const std::stop_token& stop) const {
    int listener = -1;
    std::vector<int> silent;  // connections that get no answer
    while (!stop.stop_requested()) {
      const auto server = cluster.look_at(name);
      if (server.up && listener < 0) listener = listen_on(server.monitor);
      if (!server.up && listener >= 0) {
        ::close(listener);
        listener = -1;
      }
      pollfd waiting{listener, POLLIN, 0};
      if (::poll(&waiting, 1, 5) <= 0) continue;
      const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) continue;
      if (server.hangs) {
        silent.push_back(connection);
        continue;
      }
      converse(connection);
      ::close(connection);
    }
    for (const int connection : silent)
      ::close(connection);
    if (listener >= 0) ::close(listener);
  }

  void converse(int connection) const {
    std::string request;
    char buffer[4096];
    while (request.find("\r\n\r\n") == std::string::npos) {
      const auto got = ::recv(connection, buffer, sizeof buffer, 0);
      if (got <= 0) return;
      request.append(buffer, static_cast<std::size_t>(got));
    }
    const auto begin = request.find(' ') + 1;
    const auto target = request.substr(begin, request.find(' ', begin) - begin);
    int status = 200;
    const auto body = cluster.answer(name, target, status);
    const auto text = body.value_or("404 page not found\n");
    const auto response = "HTTP/1.1 " + std::to_string(body ? status : 404) +
                          " X\r\nContent-Length: " + std::to_string(text.size()) +
                          "\r\nConnection: close\r\n\r\n" + text;
    ::send(connection, response.data(), response.size(), MSG_NOSIGNAL);
  }
};

FakeCluster::FakeCluster(const std::vector<std::string>& names, const std::string& temp)
    : temp_(temp) {
  auto all = names;
  if (!temp.empty()) all.push_back(temp);
  for (const auto& name : all) {
    FakeServer server;
    server.name = name;
    server.id = name + "-1";
    server.client = loopback();
    server.route = loopback();
    server.monitor = loopback();
    server.up = name != temp;
    servers_[name] = server;
  }
}

FakeCluster::~FakeCluster() = default;

plan::Plan FakeCluster::plan() const {
  const std::lock_guard lock(mutex_);
  plan::Plan plan;
  plan.cluster = "demo";
  plan.release.version = "2.10.28";
  for (const auto& [name, server] : servers_) {
    if (name != temp_) plan.nodes.push_back(node_of(server));
  }
  if (!temp_.empty()) {
    plan.temp_node = plan::TempNode{};
    plan.temp_node->node = node_of(servers_.at(temp_));
    plan.temp_node->like = plan.nodes.front().name;
  }
  return plan;
}

void FakeCluster::change(const std::string& name, const std::function<void(FakeServer&)>& how) {
  const std::lock_guard lock(mutex_);
  how(servers_.at(name));
}

FakeServer FakeCluster::look_at(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return servers_.at(name);
}

bool FakeCluster::linked(const FakeServer& from, const FakeServer& to) const {
  return from.name != to.name && to.up && !from.cut_off.contains(to.name) &&
         !to.cut_off.contains(from.name);
}

contract::Varz FakeCluster::varz(const FakeServer& server) const {
  contract::Varz varz;
  varz.server_id = server.id;
  varz.server_name = server.name;
  varz.version = server.version;
  varz.cluster.name = server.cluster;
  if (server.tells_names) varz.cluster.pool_size = 3;
  varz.system_account = server.system_account;
  varz.max_connections = server.max_connections;
  varz.cluster.cluster_port = server.route.port;
  varz.host = server.client.host;
  varz.port = server.client.port;
  varz.auth_required = server.auth_required;
  varz.connections = static_cast<std::int64_t>(server.clients.size());
  varz.slow_consumers = server.slow_consumers;
  if (server.jsz) {
    auto api = base::Json::object({{"total", server.api_errors}, {"errors", server.api_errors}});
    varz.jetstream.set("stats", base::Json::object({{"api", std::move(api)}}));
  }
  if (server.advertises) varz.connect_urls.push_back(server.client.text());
  for (const auto& [name, other] : servers_) {
    const bool told = server.advertises && other.advertises && linked(server, other);
    if (told) varz.connect_urls.push_back(other.client.text());
  }
  return varz;
}

contract::Connz FakeCluster::connz(const FakeServer& server) const {
  contract::Connz connz;
  connz.server_id = server.id;
  for (const auto& client : server.clients) {
    contract::ConnInfo info;
    info.cid = connz.connections.size() + 1;
    info.name = client;
    info.lang = "c";
    info.version = "3.4.1";
    info.ip = "127.0.0.1";
    connz.connections.push_back(info);
  }
  connz.total = connz.num_connections = static_cast<std::int64_t>(server.clients.size());
  return connz;
}

contract::Routez FakeCluster::routez(const FakeServer& server) const {
  contract::Routez routez;
  routez.server_id = server.id;
  for (const auto& [name, other] : servers_) {
    if (!linked(server, other)) continue;
    for (int i = 0; i < server.pool; ++i) {
      contract::RouteInfo route;
      route.remote_id = other.id;
      route.rid = server.newest_route;
      if (i == 3) route.account = "$SYS";
      if (server.tells_names) route.remote_name = other.name;
      routez.routes.push_back(route);
    }
  }
  routez.num_routes = static_cast<std::int64_t>(routez.routes.size());
  return routez;
}

watch::Sample FakeCluster::sample(const std::string& name, base::Time taken) const {
  const std::lock_guard lock(mutex_);
  const auto& server = servers_.at(name);
  watch::Sample sample;
  sample.node = name;
  sample.taken = taken;
  if (!server.up || server.hangs) {
    sample.refused = !server.up;
    sample.trouble = server.up ? "connected, but no answer within 1s" : "connection refused";
    return sample;
  }
  sample.varz = varz(server);
  sample.clients = watch::clients_in(connz(server));
  sample.routez = *contract::RoutePeers::from_json(routez(server).to_json());
  sample.refused_clients = server.refused;
  sample.healthz = contract::Healthz{};
  if (server.newest_route_before)
    sample.last_look.emplace().newest_route = *server.newest_route_before;
  sample.healthz->status = server.healthy ? "ok" : "unavailable";
  if (!server.healthy) sample.healthz->error = server.ailment;
  if (!server.jsz) return sample;
  const auto sight = [&](const contract::Jsz& told, base::Time at) {
    return std::make_shared<const watch::JetStreamSight>(
        watch::JetStreamSight{at, at, jsz_of(server, told)});
  };
  sample.jetstream = sight(*server.jsz, taken);
  sample.jetstream_before =
      sight(server.jsz_before ? *server.jsz_before : *server.jsz, taken - std::chrono::seconds(1));
  return sample;
}

watch::Snapshot FakeCluster::snapshot(base::Time taken) const {
  watch::Snapshot snapshot;
  std::vector<std::string> names;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [name, server] : servers_)
      names.push_back(name);
  }
  for (const auto& name : names)
    snapshot.nodes[name] = sample(name, taken);
  return snapshot;
}

std::optional<std::string> FakeCluster::answer(const std::string& name,
                                               const std::string& target,
                                               int& status) const {
  const std::lock_guard lock(mutex_);
  const auto& server = servers_.at(name);
  const auto path = target.substr(0, target.find('?'));
  if (path == "/varz") return varz(server).to_json().dump();
  if (path == "/connz" && target.find("state=closed") != std::string::npos)
    return contract::Connz{.server_id = server.id}.to_json().dump();
  if (path == "/connz") return connz(server).to_json().dump();
  if (path == "/routez") return routez(server).to_json().dump();
  if (path == "/jsz" && server.jsz) return page_of(server, target).to_json().dump();
  if (path != "/healthz") return std::nullopt;
  if (server.healthy) return R"({"status":"ok"})";
  status = server.version.starts_with("2.9.") ? 503 : 500;
  const std::string error = "failed to be ready for connections after 1ms: server";
  return status == 503 ? error
                       : R"({"status":"unavailable","status_code":500,"error":")" + error + R"("})";
}

void FakeCluster::serve() {
  for (const auto& [name, server] : servers_)
    https_.push_back(std::make_unique<Http>(*this, name));
}

}  // namespace support
