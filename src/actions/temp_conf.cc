#include "actions/temp_conf.h"

#include "base/text.h"
#include "contract/conf_writer.h"
#include "contract/url.h"
#include "gates/same_users.h"
#include "gates/server_conf.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <fmt/core.h>

namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using contract::ConfValue;

// A member's own, in nats-server's spellings. Source: nats-server server/opts.go.
constexpr auto kMembersOwn = std::to_array<std::string_view>({"server_name",
                                                              "listen",
                                                              "host",
                                                              "net",
                                                              "addr",
                                                              "port",
                                                              "client_advertise",
                                                              "http",
                                                              "https",
                                                              "http_port",
                                                              "https_port",
                                                              "monitor_port",
                                                              "jetstream",
                                                              "store_dir",
                                                              "pid_file",
                                                              "pidfile",
                                                              "ports_file_dir",
                                                              "log_file",
                                                              "logfile",
                                                              "log_size_limit",
                                                              "logfile_size_limit",
                                                              "log_max_num",
                                                              "logfile_max_num",
                                                              "syslog",
                                                              "remote_syslog",
                                                              "leafnodes",
                                                              "leaf",
                                                              "websocket",
                                                              "ws",
                                                              "mqtt",
                                                              "prof_port",
                                                              "server_tags",
                                                              "default_js_domain"});

constexpr auto kClusterMembersOwn = std::to_array<std::string_view>({"listen",
                                                                     "host",
                                                                     "net",
                                                                     "port",
                                                                     "advertise",
                                                                     "cluster_advertise",
                                                                     "routes",
                                                                     "connect_retries"});

constexpr auto kGatewayMembersOwn =
    std::to_array<std::string_view>({"listen", "host", "net", "port", "advertise"});

constexpr int kAnyPort = -1;

constexpr auto kFiles = std::to_array<std::string_view>({"cert_file", "key_file", "ca_file"});

// Certificates beside the member's conf are found from anywhere.
void make_absolute(ConfValue& value, const plan::fs::path& folder) {
  for (auto& item : value.items())
    make_absolute(item, folder);
  for (auto& field : value.fields()) {
    const auto key = base::lower(field.key);
    const bool is_file = std::find(kFiles.begin(), kFiles.end(), key) != kFiles.end();
    if (is_file && plan::fs::path(field.value.as_text()).is_relative()) {
      field.value = ConfValue::text((folder / field.value.as_text()).lexically_normal().string());
    } else {
      make_absolute(field.value, folder);
    }
  }
}

std::string text_of(const ConfValue* map, std::string_view key, std::string_view other) {
  if (!map) return {};
  const auto* value = map->find(key);
  if (!value) value = map->find(other);
  return value ? value->as_text() : "";
}

// An IPv4 address spelled as an IPv6 one; other hosts as they are. nats-server leaves a server that
// it hears of to the timer of the configured route when host and port are spelled alike, for up to
// a second in which what is published at a member that is back does not reach C's clients. Spelled
// otherwise it dials at once, and finds out by the id that both routes are one. Source: nats-server
// server/route.go (hasThisRouteConfigured)
std::string another_spelling(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 ? "::ffff:" + host : host;
}

ConfValue routes_to(const std::vector<const plan::Node*>& members, const ConfValue* login) {
  std::vector<ConfValue> routes;
  for (const auto* member : members) {
    contract::Url url{.scheme = "nats-route",
                      .host = another_spelling(member->route.host),
                      .port = member->route.port};
    url.user = text_of(login, "user", "username");
    url.password = text_of(login, "password", "pass");
    url.has_user = !url.user.empty();
    url.has_password = url.has_user;
    routes.push_back(ConfValue::text(url.text()));
  }
  return ConfValue::list(std::move(routes));
}

constexpr const char* kEverywhere = "0.0.0.0";

// A Pod has no address before it runs: it listens on all that it has, and tells others its name.
bool is_known_by_name(const plan::Node& node) {
  return node.executor.is_pod();
}

ConfValue listening(const plan::Node& node, const plan::Address& address) {
  return ConfValue::text(is_known_by_name(node) ? plan::Address{kEverywhere, address.port}.text()
                                                : address.text());
}

ConfValue cluster_of(const plan::Plan& plan, const ConfValue& like) {
  const auto* old = like.find("cluster");
  auto cluster = old && old->is(ConfValue::Kind::map) ? *old : ConfValue::map();
  for (const auto key : kClusterMembersOwn)
    cluster.remove(key);
  const auto& name = plan.cluster_of(plan.temp_node->node.name);
  if (!name.empty() && !cluster.find("name")) cluster.set("name", ConfValue::text(name));
  const auto& node = plan.temp_node->node;
  cluster.set("listen", listening(node, node.route));
  if (is_known_by_name(node)) cluster.set("advertise", ConfValue::text(node.route.text()));
  auto routes = routes_to(plan.members_of(name), cluster.find("authorization"));
  cluster.set("routes", std::move(routes));
  return cluster;
}

// The same other clusters, at a port of its own: their servers hear of it when it dials them.
ConfValue gateway_of(const plan::Node& node, const ConfValue& like) {
  auto gateway = like;
  for (const auto key : kGatewayMembersOwn)
    gateway.remove(key);
  const contract::HostPort any{.host = is_known_by_name(node) ? kEverywhere : node.route.host,
                               .port = kAnyPort};
  gateway.set("listen", ConfValue::text(any.text()));
  return gateway;
}

// A resolver that keeps JWTs in a folder must not share it with the member.
void own_resolver_folder(ConfValue& conf, const plan::fs::path& dir) {
  auto* resolver = conf.find("resolver");
  if (resolver && resolver->is(ConfValue::Kind::map) && resolver->find("dir")) {
    resolver->remove("dir");
    resolver->set("dir", ConfValue::text((dir / "jwt").string()));
  }
}

}  // namespace

Result<ConfValue> temp_conf(const plan::Plan& plan,
                            const ConfValue& like,
                            const plan::fs::path& folder) {
  if (!plan.temp_node) return Error(ErrorCode::invalid, "the plan has no temporary node");
  const auto& node = plan.temp_node->node;
  auto conf = ConfValue::map();
  conf.set("server_name", ConfValue::text(node.name));
  conf.set("listen", listening(node, node.client));
  if (is_known_by_name(node)) conf.set("client_advertise", ConfValue::text(node.client.text()));
  if (node.monitor) conf.set("http", listening(node, node.monitor));
  conf.set("cluster", cluster_of(plan, like));
  for (const auto& field : like.fields()) {
    const auto key = base::lower(field.key);
    const bool own = std::find(kMembersOwn.begin(), kMembersOwn.end(), key) != kMembersOwn.end();
    // A key that was read for its use as a variable only is no setting: what used it has the value
    // by now.
    if (own || key == "cluster" || field.used_as_variable) continue;
    const bool gateway = key == "gateway" && field.value.is(ConfValue::Kind::map);
    conf.set(field.key, gateway ? gateway_of(node, field.value) : field.value);
  }
  own_resolver_folder(conf, node.executor.dir);
  make_absolute(conf, folder);
  return conf;
}

Result<std::string> make_temp_conf(const plan::Plan& plan) {
  if (!plan.temp_node) return Error(ErrorCode::invalid, "the plan has no temporary node");
  const auto& temp = *plan.temp_node;
  const auto* like = plan.find(temp.like);
  if (!like) like = &plan.nodes.front();
  const auto likes_conf = TRY(gates::server_conf(*like));
  const auto conf = TRY(temp_conf(plan, likes_conf, like->config.parent_path()));
  std::vector<std::string> differences;
  for (const auto* one : plan.members_of(plan.cluster_of(temp.node.name))) {
    const auto& member = *one;
    const auto own = TRY(gates::server_conf(member));
    const auto found = gates::access_differences(own, conf);
    if (!found.empty()) {
      differences.push_back(fmt::format("compared with {}, {} would differ: {}",
                                        member.name,
                                        temp.node.name,
                                        base::join(found, "; ")));
    }
  }
  if (!differences.empty()) return Error(ErrorCode::refused, base::join(differences, ". "));
  return fmt::format(
             "# {} of cluster '{}', made by natsctl from the conf of {}. It is removed with the "
             "server.\n",
             temp.node.name,
             plan.cluster_of(temp.node.name),
             like->name) +
         contract::write_conf(conf);
}

}  // namespace actions
