#include "base/text.h"
#include "broker/server/options_reader.h"
#include "broker/server/plain_fields.h"

#include <algorithm>
#include <set>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

void read_routes(const ConfField& field, ClusterSettings& cluster, ConfReport& report) {
  if (!field.value.is(Kind::list)) {
    report.error(
        field.value,
        "interface conversion: interface {} is " + go_type(field.value) + ", not []interface {}");
    return;
  }
  cluster.routes.clear();
  std::set<std::string> seen;
  for (const ConfValue& item : field.value.items()) {
    if (!item.is(Kind::text)) {
      report.error(item, "interface conversion: interface {} is " + go_type(item) + ", not string");
      continue;
    }
    if (!seen.insert(item.as_text()).second) {
      report.warn(
          item, "invalid use of field \"" + item.as_text() + "\": Duplicate route entry detected");
      continue;
    }
    auto url = contract::Url::parse(item.as_text());
    if (url) {
      cluster.routes.push_back(std::move(*url));
    } else {
      report.error(item, "error parsing route url [\"" + item.as_text() + "\"]");
    }
  }
}

std::optional<contract::SubjectPermissions> wire_form(const SubjectRules& rules) {
  if (!rules.allow && rules.deny.empty()) return std::nullopt;
  return contract::SubjectPermissions{rules.allow.value_or(std::vector<std::string>{}), rules.deny};
}

void read_cluster_permissions(const ConfField& field, Options& options, ConfReport& report) {
  const PermissionRules rules = read_permissions(field, report);
  // Among servers, to publish is to import and to subscribe is to export.
  options.cluster.import_permissions = wire_form(rules.publish);
  options.cluster.export_permissions = wire_form(rules.subscribe);
}

// authorization { user, password, timeout } of the cluster: one user at most.
void read_cluster_authorization(const ConfField& block, Options& options, ConfReport& report) {
  Options own;
  own.limits.auth_timeout = options.cluster.auth_timeout;
  apply_authorization(block, own, report);
  const auto& fields = block.value.fields();
  const bool has_users = std::any_of(fields.begin(), fields.end(), [](const ConfField& field) {
    return base::lower(field.key) == "users";
  });
  if (has_users) {
    report.error(block.value, "Cluster authorization does not allow multiple users");
    return;
  }
  if (!own.auth.token.empty()) {
    report.error(block.value, "Cluster authorization does not support tokens");
    return;
  }
  options.cluster.user = own.auth.user;
  options.cluster.password = own.auth.password;
  options.cluster.auth_timeout = own.limits.auth_timeout;
  for (const ConfField& field : block.value.fields()) {
    const std::string key = base::lower(field.key);
    if (key != "permissions" && key != "permission" && key != "default_permissions") continue;
    report.warn(block.value,
                "invalid use of field \"authorization\": setting \"permissions\" within cluster "
                "authorization block is deprecated");
    read_cluster_permissions(field, options, report);
  }
}

void read_ping_interval(const ConfField& field, ClusterSettings& cluster, ConfReport& report) {
  const auto value = report.duration(field);
  if (!value) return;
  cluster.ping_interval = std::min(*value, contract::kRoutePingInterval);
  if (*value > contract::kRoutePingInterval) {
    report.warn(field.value,
                "Cluster 'ping_interval' will reset to 30s which is the max for routes");
  }
}

const PlainFields<ClusterSettings>& cluster_fields() {
  static const PlainFields<ClusterSettings> fields = {
      {"name", &ClusterSettings::name},
      {"host", &ClusterSettings::host},
      {"net", &ClusterSettings::host},
      {"port", &ClusterSettings::port},
      {"advertise", &ClusterSettings::advertise},
      {"cluster_advertise", &ClusterSettings::advertise},
      {"no_advertise", &ClusterSettings::no_advertise},
      {"connect_retries", &ClusterSettings::connect_retries},
      {"connect_backoff", &ClusterSettings::connect_backoff},
      {"ping_max", &ClusterSettings::ping_max},
      {"write_deadline", &ClusterSettings::write_deadline}};
  return fields;
}

void read_pool_size(const ConfField& field, ConfReport& report) {
  const auto size = report.integer(field);
  // -1 asks for what we do anyway.
  if (size && *size != -1) report.no_effect(field, "one connection joins two servers");
}

}  // namespace

void read_compression(const ConfField& field, RouteCompression& compression, ConfReport& report) {
  const ConfValue& value = field.value;
  if (value.is(Kind::text)) {
    compression.mode = value.as_text();
  } else if (value.is(Kind::boolean)) {
    compression.mode = value.as_boolean() ? "on" : "off";
  } else if (value.is(Kind::map)) {
    for (const ConfField& part : value.fields()) {
      const std::string key = base::lower(part.key);
      if (key == "mode") {
        if (const auto mode = report.text(part)) compression.mode = *mode;
      } else if (key == "rtt_thresholds" || key == "thresholds" || key == "rtts" || key == "rtt") {
        for (const std::string& text : report.texts(part).value_or(std::vector<std::string>{})) {
          const auto threshold = base::parse_duration(text);
          if (!threshold) {
            report.error(part.value, "time: invalid duration \"" + text + "\"");
          } else {
            compression.thresholds.push_back(*threshold);
          }
        }
      } else {
        report.unknown(part);
      }
    }
  } else {
    report.error(
        value,
        "field \"" + field.key + "\" should be a boolean or a structure, got " + go_type(value));
  }
}

void apply_cluster(const ConfField& block, Options& options, ConfReport& report) {
  if (!block.value.is(Kind::map)) {
    report.error(block.value, "Expected map to define cluster, got " + go_type(block.value));
    return;
  }
  ClusterSettings& cluster = options.cluster;
  for (const ConfField& field : block.value.fields()) {
    const std::string key = base::lower(field.key);
    if (cluster_fields().read(key, field, cluster, report)) continue;
    if (key == "listen") {
      read_listen(field, cluster.host, cluster.port, report);
    } else if (key == "authorization") {
      read_cluster_authorization(field, options, report);
    } else if (key == "permissions" || key == "permission") {
      read_cluster_permissions(field, options, report);
    } else if (key == "routes") {
      read_routes(field, cluster, report);
    } else if (key == "ping_interval") {
      read_ping_interval(field, cluster, report);
    } else if (key == "tls") {
      const ClientTlsOptions tls = read_tls_block(field, report, TlsDoor::routes);
      cluster.tls = tls.settings;
      cluster.tls->verify = true;  // always, among servers
      cluster.map_certificates = tls.map;
    } else if (key == "pool_size") {
      read_pool_size(field, report);
    } else if (key == "compression") {
      read_compression(field, cluster.compression, report);
    } else if (key == "accounts" || key == "write_timeout") {
      report.no_effect(field);
    } else {
      report.unknown(field);
    }
  }
}

}  // namespace broker
