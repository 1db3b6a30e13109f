#include "broker/server/options.h"

#include "broker/accounts/password.h"
#include "broker/server/leaf_options.h"
#include "broker/server/options_reader.h"
#include "broker/server/trust.h"

#include <algorithm>

namespace broker {
namespace {

base::Error refused(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

base::Result<void> validate_cluster(const Options& options) {
  const ClusterSettings& cluster = options.cluster;
  if (!cluster.routes.empty() && !cluster.enabled()) {
    return refused("solicited routes require cluster capabilities, e.g. --cluster");
  }
  TRY(normalized(cluster.compression));
  if (!cluster.advertise.empty()) {
    if (auto advertised = contract::HostPort::parse(cluster.advertise); !advertised) {
      return std::move(advertised).error().in("cluster advertise");
    }
  }
  return {};
}

}  // namespace

base::Result<void> validate_no_auth_user(const Options& options, const std::string& user) {
  if (!options.trust.operators.empty()) {
    return refused("no_auth_user not compatible with Trusted Operator");
  }
  const auto& users = options.auth.users;
  const bool known =
      std::any_of(users.begin(), users.end(), [&](const User& each) { return each.name == user; });
  if (known) return {};
  const std::string quoted = "\"" + user + "\"";
  if (users.empty()) {
    return refused("no_auth_user: " + quoted + " present, but users/nkeys are not defined");
  }
  return refused("no_auth_user: " + quoted +
                 " not present as user or nkey in authorization block or account configuration");
}

base::Result<void> validate(const Options& options) {
  if (options.lame_duck_grace_period >= options.lame_duck_duration) {
    return refused("lame duck grace period (" +
                   base::format_go_duration(options.lame_duck_grace_period) +
                   ") should be strictly lower than lame duck duration (" +
                   base::format_go_duration(options.lame_duck_duration) + ")");
  }
  if (options.limits.max_payload > options.limits.max_pending) {
    return refused("max_payload (" + std::to_string(options.limits.max_payload) +
                   ") cannot be higher than max_pending (" +
                   std::to_string(options.limits.max_pending) + ")");
  }
  TRY(validate_trust(options));
  if (!options.auth.no_auth_user.empty()) {
    TRY(validate_no_auth_user(options, options.auth.no_auth_user));
  }
  TRY(validate_gateway(options));
  TRY(validate_cluster(options));
  TRY(validate_leafs(options));
  if (!options.client_advertise.empty()) {
    TRY(contract::HostPort::parse(options.client_advertise, options.port));
  }
  return validate_websocket(options);
}

ClusterSettings route_settings(const Options& options) {
  ClusterSettings settings = options.cluster;
  if (options.gateway.enabled()) settings.name = options.gateway.name;
  settings.ping_interval = std::min(settings.ping_interval, options.limits.ping_interval);
  if (settings.ping_max == contract::kMaxPingsOut) settings.ping_max = options.limits.ping_max;
  if (auto compression = normalized(settings.compression)) {
    settings.compression = *std::move(compression);
  }
  return settings;
}

LeafSettings leaf_settings(const Options& options) {
  LeafSettings settings = options.leaf;
  settings.connect_error_reports = options.cluster.connect_error_reports;
  settings.reconnect_error_reports = options.cluster.reconnect_error_reports;
  return settings;
}

bool has_plain_passwords(const Options& options) {
  const auto plain = [](const std::string& password) {
    return !password.empty() && !is_bcrypt(password);
  };
  const auto any_plain = [&](const std::vector<User>& users) {
    return std::any_of(
        users.begin(), users.end(), [&](const User& user) { return plain(user.password); });
  };
  return plain(options.auth.password) || any_plain(options.auth.users) ||
         any_plain(options.leaf.users);
}

}  // namespace broker
