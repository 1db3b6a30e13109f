#include "broker/server/leaf_options.h"

#include "base/text.h"
#include "broker/server/options_reader.h"
#include "broker/server/plain_fields.h"
#include "contract/nkey.h"
#include "contract/version.h"

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// ---- authorization

void read_user_entry(const ConfValue& entry, std::vector<User>& users, ConfReport& report) {
  if (!entry.is(Kind::map)) {
    report.error(entry, "Expected user entry to be a map/struct, got " + go_text(entry));
    return;
  }
  User user;
  for (const ConfField& field : entry.fields()) {
    const std::string key = base::lower(field.key);
    if (key == "user" || key == "username") {
      user.name = report.text(field).value_or("");
    } else if (key == "pass" || key == "password") {
      user.password = report.text(field).value_or("");
    } else if (key == "account") {
      user.account = report.text(field).value_or("");
    } else if (key == "proxy_required") {
      if (report.boolean(field).value_or(false))
        report.error(field.value, "\"proxy_required\": " + std::string(kLeafKeyNotHere));
    } else {
      report.unknown(field);
    }
  }
  users.push_back(std::move(user));
}

void read_leaf_users(const ConfField& field, LeafSettings& leaf, ConfReport& report) {
  if (!field.value.is(Kind::list)) {
    report.error(field.value, "Expected users field to be an array, got " + go_text(field.value));
    return;
  }
  for (const ConfValue& entry : field.value.items())
    read_user_entry(entry, leaf.users, report);
}

// Numbers are seconds, texts durations.
void read_timeout(const ConfField& field, LeafSettings& leaf, ConfReport& report) {
  const ConfValue& value = field.value;
  const auto duration = base::parse_duration(value.as_text());
  if (value.is(Kind::integer) && value.as_integer() >= 0 && value.as_integer() < 1'000'000) {
    leaf.auth_timeout = std::chrono::seconds(value.as_integer());
  } else if (value.is(Kind::real) && value.as_real() >= 0 && value.as_real() < 1e6) {
    leaf.auth_timeout = std::chrono::duration_cast<base::nanoseconds>(
        std::chrono::duration<double>(value.as_real()));
  } else if (value.is(Kind::text) && duration) {
    leaf.auth_timeout = *duration;
  } else if (value.is(Kind::text)) {
    report.error(
        value,
        "error parsing leafnode authorization config, 'timeout' time: invalid duration \"" +
            value.as_text() + "\"");
  } else {
    report.error(value, "error parsing leafnode authorization config, 'timeout' wrong type");
  }
}

void read_leaf_authorization(const ConfField& block, LeafSettings& leaf, ConfReport& report) {
  User single;
  leaf.users.clear();
  for (const ConfField& field : report.map(block)) {
    const std::string key = base::lower(field.key);
    if (key == "user" || key == "username") {
      if (!single.nkey) single.name = report.text(field).value_or("");
    } else if (key == "pass" || key == "password") {
      single.password = report.text(field).value_or("");
    } else if (key == "nkey") {
      single.name = report.text(field).value_or("");
      single.nkey = true;
      if (!contract::is_nkey(single.name, contract::NkeyKind::user))
        report.error(field.value, "Not a valid public nkey for leafnode authorization");
    } else if (key == "timeout") {
      read_timeout(field, leaf, report);
    } else if (key == "users") {
      read_leaf_users(field, leaf, report);
    } else if (key == "account") {
      leaf.account = report.text(field).value_or("");
    } else if (key == "proxy_required") {
      if (report.boolean(field).value_or(false))
        report.error(field.value, "\"proxy_required\": " + std::string(kLeafKeyNotHere));
    } else {
      report.unknown(field);
    }
  }
  if (single.name.empty()) return;
  if (!leaf.users.empty()) {
    report.error(block.value,
                 single.nkey ? "can not have a single nkey and a users array"
                             : "can not have a single user/pass and a users array");
    return;
  }
  single.account = leaf.account;
  leaf.users = {std::move(single)};
  leaf.single = true;
}

// ---- the block

void read_door_tls(const ConfField& field, LeafSettings& leaf, ConfReport& report) {
  const ClientTlsOptions tls = read_tls_block(field, report);
  leaf.tls = tls.settings;
  leaf.map_certificates = tls.map;
  leaf.handshake_first = tls.handshake_first;
}

void read_min_version(const ConfField& field, LeafSettings& leaf, ConfReport& report) {
  const auto value = report.text(field);
  if (!value) return;
  const auto version = contract::Version::parse(*value);
  if (!version) {
    report.error(field.value, "invalid leafnode's minimum version: invalid semver");
  } else if (*version < contract::Version{2, 8, 0}) {
    report.error(field.value, "the minimum version should be at least 2.8.0");
  } else {
    leaf.min_version = *value;
  }
}

const PlainFields<LeafSettings>& leaf_fields() {
  static const PlainFields<LeafSettings> fields = {
      {"host", &LeafSettings::host},
      {"net", &LeafSettings::host},
      {"port", &LeafSettings::port},
      {"advertise", &LeafSettings::advertise},
      {"leafnode_advertise", &LeafSettings::advertise},
      {"no_advertise", &LeafSettings::no_advertise},
      {"isolate", &LeafSettings::isolate},
      {"isolate_leafnode_interest", &LeafSettings::isolate},
      {"reconnect", &LeafSettings::reconnect},
      {"reconnect_delay", &LeafSettings::reconnect},
      {"reconnect_interval", &LeafSettings::reconnect},
      {"dial_timeout", &LeafSettings::dial_timeout},
      {"write_deadline", &LeafSettings::write_deadline}};
  return fields;
}

}  // namespace

void apply_leafnodes(const ConfField& block, Options& options, ConfReport& report) {
  if (!block.value.is(Kind::map)) {
    report.error(block.value, "Expected map to define a leafnode, got " + go_type(block.value));
    return;
  }
  LeafSettings& leaf = options.leaf;
  for (const ConfField& field : block.value.fields()) {
    const std::string key = base::lower(field.key);
    if (leaf_fields().read(key, field, leaf, report)) continue;
    if (key == "listen") {
      read_listen(field, leaf.host, leaf.port, report);
    } else if (key == "authorization") {
      read_leaf_authorization(field, leaf, report);
    } else if (key == "remotes") {
      read_leaf_remotes(field, leaf, report);
    } else if (key == "tls") {
      read_door_tls(field, leaf, report);
    } else if (key == "min_version" || key == "minimum_version") {
      read_min_version(field, leaf, report);
    } else if (key == "compression") {
      RouteCompression ignored;
      read_compression(field, ignored, report);
      report.no_effect(field);
    } else if (key == "write_timeout") {
      report.no_effect(field);
    } else {
      report.unknown(field);
    }
  }
}

}  // namespace broker
