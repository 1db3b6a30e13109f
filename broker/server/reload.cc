#include "broker/server/reload.h"

#include "base/text.h"

#include <functional>

namespace broker {
namespace {

using Show = std::function<std::string(const Options&)>;

std::string shown(base::nanoseconds value) {
  return base::format_go_duration(value);
}

std::string shown(bool value) {
  return value ? "true" : "false";
}

std::string shown(const std::string& value) {
  return value;
}

template <std::integral T>
std::string shown(T value) {
  return std::to_string(value);
}

// "3" for whole seconds, as Go prints a float.
std::string shown_seconds(base::nanoseconds value) {
  return fmt::format("{:g}", std::chrono::duration<double>(value).count());
}

#define SHOW(member) [](const Options& options) { return shown(options.member); }

std::string operator_names(const TrustOptions& trust) {
  std::vector<std::string> names;
  for (const TrustedOperator& one : trust.operators)
    names.push_back(one.claims.claims.subject);
  return base::join(names, " ");
}

bool keeps_folder(const Options& options) {
  return options.trust.resolver && !options.trust.resolver->directory.empty();
}

// Of the leafnodes block only the certificates are read again.
std::string shown_leafs(const Options& options) {
  const LeafSettings& leaf = options.leaf;
  std::string text = fmt::format("{}:{} {} {} {}",
                                 leaf.host,
                                 leaf.port,
                                 leaf.advertise,
                                 leaf.account,
                                 base::format_go_duration(leaf.reconnect));
  for (const User& user : leaf.users)
    text += " user " + user.name + " " + user.account;
  for (const LeafRemoteSettings& remote : leaf.remotes) {
    text += " remote " + remote.account;
    for (const contract::Url& url : remote.urls)
      text += " " + url.redacted();
  }
  return text;
}

// What only a restart changes, by the name under which nats-server refuses it.
struct Fixed {
  const char* name;
  Show show;
};

const std::vector<Fixed>& fixed_options() {
  static const std::vector<Fixed> kRows = {
      {"ServerName", SHOW(server_name)},
      {"Host", SHOW(host)},
      {"Port", SHOW(port)},
      {"MaxPending", SHOW(limits.max_pending)},
      {"MaxSubs", SHOW(limits.max_subscriptions)},
      {"NoHeaderSupport", [](const Options& o) { return shown(!o.limits.headers); }},
      {"LogSizeLimit", SHOW(log.rotate_at_bytes)},
      {"LogMaxFiles", SHOW(log.keep_files)},
      {"LameDuckDuration", SHOW(lame_duck_duration)},
      {"LameDuckGracePeriod", SHOW(lame_duck_grace_period)},
      {"HTTPHost", SHOW(http_host)},
      {"HTTPPort", SHOW(http_port)},
      {"HTTPSPort", SHOW(https_port)},
      {"HTTPBasePath",
       [](const Options& o) { return o.http_base_path == "/" ? "" : o.http_base_path; }},
      {"MaxClosedClients", SHOW(max_closed_clients)},
      {"SystemAccount", SHOW(system_account)},
      {"NoAuthUser", SHOW(auth.no_auth_user)},
      {"TrustedOperators", [](const Options& o) { return operator_names(o.trust); }},
      {"TrustedKeys", [](const Options& o) { return base::join(o.trust.keys, " "); }},
      {"cluster host", SHOW(cluster.host)},
      {"cluster port", SHOW(cluster.port)},
      {"cluster name", SHOW(cluster.name)},
      {"LeafNode", shown_leafs},
  };
  return kRows;
}

// What may change, with its line in the log; `line` is used with the new value behind " = " when
// `valued`.
struct Changeable {
  const char* line;
  Show show;
  bool valued = true;
};

// Lines before which others have their place, see plan_reload().
constexpr char kUserLine[] = "Reloaded: authorization username";
constexpr char kPidFileLine[] = "Reloaded: pid_file";
constexpr char kWriteDeadlineLine[] = "Reloaded: write_deadline";

const std::vector<Changeable>& changeable_options() {
  static const std::vector<Changeable> kRows = {
      {"Reload: client_advertise", SHOW(client_advertise)},
      {"Reloaded: trace", SHOW(log.trace)},
      {"Reloaded: debug", SHOW(log.debug)},
      {"Reloaded: logtime", SHOW(log.time)},
      {"Reloaded: max_connections", SHOW(limits.max_connections)},
      {kUserLine, SHOW(auth.user), false},
      {"Reloaded: authorization password", SHOW(auth.password), false},
      {"Reloaded: authorization token", SHOW(auth.token), false},
      {"Reloaded: ping_interval", SHOW(limits.ping_interval)},
      {"Reloaded: ping_max", SHOW(limits.ping_max)},
      {"Reloaded: authorization timeout",
       [](const Options& o) { return shown_seconds(o.limits.auth_timeout); }},
      {"Reloaded: max_control_line", SHOW(limits.max_control_line)},
      {"Reloaded: max_payload", SHOW(limits.max_payload)},
      {kPidFileLine, SHOW(pid_file)},
      {"Reloaded: ports_file_dir", SHOW(ports_file_dir)},
      {"Reloaded: log_file", SHOW(log.file)},
      {kWriteDeadlineLine, SHOW(limits.write_deadline)},
      {"Reloaded: connect_error_reports", SHOW(cluster.connect_error_reports)},
      {"Reloaded: reconnect_error_reports", SHOW(cluster.reconnect_error_reports)},
  };
  return kRows;
}

#undef SHOW

// The cluster block without what is told elsewhere.
ClusterSettings rest_of_cluster(const Options& options) {
  ClusterSettings rest = options.cluster;
  rest.routes.clear();
  rest.connect_error_reports = rest.reconnect_error_reports = 0;
  return rest;
}

// Certificates are read again at every reload; the rest of the block stays as it was at the start.
GatewaySettings gateway_without_tls(const Options& options) {
  GatewaySettings settings = options.gateway;
  settings.tls.reset();
  for (RemoteCluster& remote : settings.remotes)
    remote.tls.reset();
  return settings;
}

}  // namespace

base::Result<ReloadPlan> plan_reload(const Options& before, const Options& after) {
  for (const Fixed& option : fixed_options()) {
    const std::string old_value = option.show(before);
    const std::string new_value = option.show(after);
    if (old_value == new_value) continue;
    return base::Error(base::ErrorCode::refused,
                       std::string("config reload not supported for ") + option.name +
                           ": old=" + old_value + ", new=" + new_value);
  }
  if (differ(before.websocket, after.websocket)) {
    return base::Error(base::ErrorCode::refused,
                       "config reload not supported for Websocket: old=" + shown(before.websocket) +
                           ", new=" + shown(after.websocket));
  }
  // What is not shown, since it is secret or long.
  LeafSettings leaf = after.leaf;
  leaf.tls = before.leaf.tls;
  if (!(leaf == before.leaf)) {
    return base::Error(base::ErrorCode::refused, "config reload not supported for LeafNode");
  }
  if (before.trust.resolver.has_value() != after.trust.resolver.has_value()) {
    return base::Error(base::ErrorCode::refused,
                       "config reload does not support moving to or from an account resolver");
  }
  if (!(gateway_without_tls(before) == gateway_without_tls(after))) {
    return base::Error(base::ErrorCode::refused, "config reload not supported for Gateway");
  }
  if (keeps_folder(before) || keeps_folder(after)) {
    if (!(before.trust == after.trust)) {
      return base::Error(base::ErrorCode::refused,
                         "config reload not supported for a resolver with a directory");
    }
  }
  ReloadPlan plan;
  // Said whenever there is TLS: the files it names are read again.
  if (before.tls || after.tls) {
    plan.lines.emplace_back(after.tls ? "Reloaded: tls = enabled" : "Reloaded: tls = disabled");
  }
  const auto& rows = changeable_options();
  for (const Changeable& option : rows) {
    const std::string line = option.line;
    if (line == kUserLine) {
      // Said at every reload, changed or not.
      plan.lines.emplace_back("Reloaded: authorization users");
      plan.lines.emplace_back("Reloaded: accounts");
    }
    if (line == kPidFileLine && !(rest_of_cluster(before) == rest_of_cluster(after))) {
      plan.lines.emplace_back("Reloaded: cluster");
    }
    if (line == kWriteDeadlineLine && !(before.cluster.routes == after.cluster.routes)) {
      plan.lines.emplace_back("Reloaded: cluster routes");
    }
    const std::string value = option.show(after);
    if (value == option.show(before)) continue;
    plan.lines.push_back(option.valued ? line + " = " + value : line);
  }
  if (before.tags != after.tags) plan.lines.emplace_back("Reloaded: tags");
  plan.cluster_changed = !(before.cluster == after.cluster);
  const auto& was = before.log;
  const auto& is = after.log;
  plan.log_changed = was.debug != is.debug || was.trace != is.trace || was.time != is.time ||
                     was.utc != is.utc || was.file != is.file;
  plan.pid_file_changed = before.pid_file != after.pid_file;
  plan.ports_file_changed = before.ports_file_dir != after.ports_file_dir;
  plan.fewer_connections = before.limits.max_connections != after.limits.max_connections;
  return plan;
}

}  // namespace broker
