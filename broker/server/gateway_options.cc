// The gateway block. Source: nats-server server/opts.go (parseGateway, parseGateways,
// validateGatewayOptions); texts and places seen on 2.9.10, 2.10.27 and 2.15.1.
#include "base/text.h"
#include "broker/server/options_reader.h"
#include "broker/server/plain_fields.h"

#include <algorithm>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

void wrong_kind(const ConfValue& value, const std::string& wanted, ConfReport& report) {
  report.error(value,
               "interface conversion: interface {} is " + go_type(value) + ", not " + wanted);
}

void read_url(const ConfValue& value, RemoteCluster& remote, ConfReport& report) {
  if (!value.is(Kind::text)) return wrong_kind(value, "string", report);
  auto url = contract::Url::parse(base::trim(value.as_text()));
  if (url) {
    remote.urls.push_back(*std::move(url));
  } else {
    report.error(value, "error parsing gateway url [\"" + value.as_text() + "\"]");
  }
}

void read_urls(const ConfValue& list, RemoteCluster& remote, ConfReport& report) {
  if (!list.is(Kind::list)) return wrong_kind(list, "[]interface {}", report);
  remote.urls.clear();
  std::vector<std::string> seen;
  for (const ConfValue& item : list.items()) {
    const bool is_text = item.is(Kind::text);
    if (is_text && std::find(seen.begin(), seen.end(), item.as_text()) != seen.end()) {
      report.warn(
          item,
          "invalid use of field \"" + item.as_text() + "\": Duplicate gateway entry detected");
      continue;
    }
    if (is_text) seen.push_back(item.as_text());
    read_url(item, remote, report);
  }
}

// Both ends of a gateway show certificates.
TlsSettings read_gateway_tls(const ConfField& field, ConfReport& report) {
  TlsSettings settings = read_tls_block(field, report).settings;
  settings.verify = true;
  return settings;
}

void read_remotes(const ConfField& field, GatewaySettings& gateway, ConfReport& report) {
  if (!field.value.is(Kind::list)) {
    report.error(field.value,
                 "Expected gateways field to be an array, got " + go_type(field.value));
    return;
  }
  gateway.remotes.clear();
  for (const ConfValue& item : field.value.items()) {
    if (!item.is(Kind::map)) {
      report.error(item, "Expected gateway entry to be a map/struct, got " + go_text(item));
      continue;
    }
    RemoteCluster& remote = gateway.remotes.emplace_back();
    for (const ConfField& each : item.fields()) {
      const std::string key = base::lower(each.key);
      if (key == "name") {
        remote.name = report.text(each).value_or("");
      } else if (key == "url") {
        read_url(each.value, remote, report);
      } else if (key == "urls") {
        read_urls(each.value, remote, report);
      } else if (key == "tls") {
        remote.tls = read_gateway_tls(each, report);
      } else {
        report.unknown(each);
      }
    }
  }
}

// authorization { user, password, timeout }: one user at most.
void read_gateway_authorization(const ConfField& block,
                                GatewaySettings& gateway,
                                ConfReport& report) {
  Options own;
  own.limits.auth_timeout = gateway.auth_timeout;
  apply_authorization(block, own, report);
  if (!own.auth.users.empty()) {
    report.error(block.value, "Gateway authorization does not allow multiple users");
  } else if (!own.auth.token.empty()) {
    report.error(block.value, "Gateway authorization does not support tokens");
  } else {
    gateway.user = own.auth.user;
    gateway.password = own.auth.password;
    gateway.auth_timeout = own.limits.auth_timeout;
  }
}

const PlainFields<GatewaySettings>& gateway_fields() {
  static const PlainFields<GatewaySettings> fields = {
      {"name", &GatewaySettings::name},
      {"host", &GatewaySettings::host},
      {"net", &GatewaySettings::host},
      {"port", &GatewaySettings::port},
      {"advertise", &GatewaySettings::advertise},
      {"connect_retries", &GatewaySettings::connect_retries},
      {"connect_backoff", &GatewaySettings::connect_backoff},
      {"reject_unknown", &GatewaySettings::reject_unknown},
      {"reject_unknown_cluster", &GatewaySettings::reject_unknown},
      {"write_deadline", &GatewaySettings::write_deadline}};
  return fields;
}

base::Error unfit(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

}  // namespace

void apply_gateway(const ConfField& block, Options& options, ConfReport& report) {
  if (!block.value.is(Kind::map)) {
    report.error(block.value, "Expected gateway to be a map, got " + go_type(block.value));
    return;
  }
  GatewaySettings& gateway = options.gateway;
  for (const ConfField& field : block.value.fields()) {
    const std::string key = base::lower(field.key);
    if (gateway_fields().read(key, field, gateway, report)) continue;
    if (key == "listen") {
      read_listen(field, gateway.host, gateway.port, report);
    } else if (key == "authorization") {
      read_gateway_authorization(field, gateway, report);
    } else if (key == "tls") {
      gateway.tls = read_gateway_tls(field, report);
    } else if (key == "gateways") {
      read_remotes(field, gateway, report);
    } else if (key == "write_timeout") {
      report.no_effect(field);
    } else {
      report.unknown(field);
    }
  }
}

base::Result<void> validate_gateway(const Options& options) {
  const GatewaySettings& gateway = options.gateway;
  if (gateway.name.empty() && gateway.port == 0) return {};
  if (gateway.name.empty()) return unfit("gateway has no name");
  if (gateway.port == 0) {
    return unfit("gateway \"" + gateway.name +
                 "\" has no port specified (select -1 for random port)");
  }
  for (std::size_t i = 0; i < gateway.remotes.size(); ++i) {
    const RemoteCluster& remote = gateway.remotes[i];
    if (remote.name.empty())
      return unfit("gateway in the list " + std::to_string(i) + " has no name");
    if (remote.urls.empty()) return unfit("gateway \"" + remote.name + "\" has no URL");
  }
  if (!options.cluster.name.empty() && options.cluster.name != gateway.name)
    return unfit("cluster name conflicts between cluster and gateway definitions");
  if (!gateway.advertise.empty()) {
    if (auto advertised = contract::HostPort::parse(gateway.advertise); !advertised)
      return std::move(advertised).error().in("gateway advertise");
  }
  return {};
}

GatewaySettings gateway_settings(const Options& options) {
  GatewaySettings settings = options.gateway;
  settings.ping_interval = std::min(contract::kGatewayPingInterval, options.limits.ping_interval);
  settings.ping_max = options.limits.ping_max;
  if (!settings.write_deadline) settings.write_deadline = options.limits.write_deadline;
  settings.connect_error_reports = options.cluster.connect_error_reports;
  settings.reconnect_error_reports = options.cluster.reconnect_error_reports;
  return settings;
}

}  // namespace broker
