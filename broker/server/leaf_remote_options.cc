// The hubs that we dial.
#include "base/text.h"
#include "broker/server/leaf_options.h"
#include "broker/server/options.h"
#include "broker/server/plain_fields.h"
#include "broker/server/tls_options.h"
#include "broker/subjects/subject.h"
#include "contract/nkey.h"

#include <algorithm>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

void add_url(const ConfValue& value, LeafRemoteSettings& remote, ConfReport& report) {
  if (!value.is(Kind::text)) {
    report.error(value, "interface conversion: interface {} is " + go_type(value) + ", not string");
    return;
  }
  const std::string text(base::trim(value.as_text()));
  auto url = contract::Url::parse(text);
  if (!url) {
    report.error(value, "error parsing leafnode url [\"" + text + "\"]");
    return;
  }
  if (url->scheme == "ws" || url->scheme == "wss") {
    report.error(value, "a leafnode url over websocket: " + std::string(kLeafKeyNotHere));
    return;
  }
  if (url->port == 0) url->port = contract::kDefaultLeafPort;
  remote.urls.push_back(*std::move(url));
}

void read_urls(const ConfField& field, LeafRemoteSettings& remote, ConfReport& report) {
  const ConfValue& value = field.value;
  if (value.is(Kind::text)) return add_url(value, remote, report);
  if (!value.is(Kind::list)) {
    report.error(value,
                 "Expected remote leafnode url to be an array or string, got " + go_text(value));
    return;
  }
  std::vector<std::string> seen;
  for (const ConfValue& item : value.items()) {
    const std::string text = item.is(Kind::text) ? item.as_text() : std::string();
    if (!text.empty() && std::find(seen.begin(), seen.end(), text) != seen.end()) {
      report.warn(item, "invalid use of field \"" + text + "\": Duplicate leafnode entry detected");
      continue;
    }
    seen.push_back(text);
    add_url(item, remote, report);
  }
}

std::vector<std::string> read_denied(const ConfField& field, ConfReport& report) {
  const ConfValue& value = field.value;
  std::vector<std::string> subjects;
  if (value.is(Kind::text)) {
    subjects.push_back(value.as_text());
  } else if (value.is(Kind::list)) {
    for (const ConfValue& item : value.items()) {
      if (!item.is(Kind::text)) {
        report.error(item, "Subject in permissions array cannot be cast to string");
        return {};
      }
      subjects.push_back(item.as_text());
    }
  } else {
    report.error(value,
                 "Expected subject permissions to be a subject, or array of subjects, got " +
                     go_type(value));
  }
  for (const std::string& subject : subjects) {
    if (is_valid_subject(subject)) continue;
    report.error(value, "subject \"" + subject + "\" is not a valid subject");
    return {};
  }
  return subjects;
}

void read_credentials(const ConfField& field, LeafRemoteSettings& remote, ConfReport& report) {
  const auto value = report.text(field);
  if (!value) return;
  const bool file = base::lower(field.key).starts_with("cred");
  if (!file && (!contract::public_nkey(*value) || !value->starts_with("SU"))) {
    report.error(field.value, "Remote leafnode nkey is not a valid seed: \"" + *value + "\"");
  } else if (file ? !remote.seed.empty() : !remote.credentials.empty()) {
    report.error(field.value, "Remote leafnode can not have both creds and nkey defined");
  } else {
    (file ? remote.credentials : remote.seed) = *value;
  }
}

// Only connections over websocket go through a proxy.
void read_proxy(const ConfField& field, ConfReport& report) {
  if (!field.value.is(Kind::map)) {
    report.error(field.value, "Expected proxy to be a map, got " + go_type(field.value));
    return;
  }
  bool used = false;
  for (const ConfField& inner : field.value.fields()) {
    const std::string key = base::lower(inner.key);
    if (key == "url") {
      const std::string url = report.text(inner).value_or("");
      used = used || !url.empty();
      if (!url.empty() && !url.starts_with("http://") && !url.starts_with("https://")) {
        report.error(
            field.value,
            "proxy URL scheme must be http or https, got: " + url.substr(0, url.find(':')));
      }
    } else if (key == "username" || key == "password") {
      report.text(inner);
    } else if (key == "timeout") {
      report.duration(inner);
    } else {
      report.unknown(inner);
    }
  }
  if (!used) return;
  report.warn(field.value,
              "proxy configuration will be ignored: proxy settings only apply to WebSocket "
              "connections (ws:// or wss://), but all configured URLs use TCP connections "
              "(nats://)");
}

void read_remote_tls(const ConfField& field, LeafRemoteSettings& remote, ConfReport& report) {
  const ClientTlsOptions tls = read_tls_block(field, report);
  remote.tls = tls.settings;
  remote.handshake_first = tls.handshake_first.has_value();
}

const PlainFields<LeafRemoteSettings>& leaf_remote_fields() {
  static const PlainFields<LeafRemoteSettings> fields = {
      {"account", &LeafRemoteSettings::account},
      {"local", &LeafRemoteSettings::account},
      {"hub", &LeafRemoteSettings::hub},
      {"isolate", &LeafRemoteSettings::isolate},
      {"isolate_leafnode_interest", &LeafRemoteSettings::isolate},
      {"request_isolation", &LeafRemoteSettings::request_isolation},
      {"disabled", &LeafRemoteSettings::disabled},
      {"ignore_discovered_servers", &LeafRemoteSettings::ignore_discovered},
      {"first_info_timeout", &LeafRemoteSettings::first_info_timeout},
      {"dial_timeout", &LeafRemoteSettings::dial_timeout}};
  return fields;
}

LeafRemoteSettings read_remote(const ConfValue& entry, ConfReport& report) {
  LeafRemoteSettings remote;
  for (const ConfField& field : entry.fields()) {
    const std::string key = base::lower(field.key);
    if (leaf_remote_fields().read(key, field, remote, report)) continue;
    if (key == "no_randomize" || key == "dont_randomize") {
      if (const auto fixed = report.boolean(field)) remote.randomize = !*fixed;
    } else if (key == "url" || key == "urls") {
      read_urls(field, remote, report);
    } else if (key == "creds" || key == "credentials" || key == "nkey" || key == "seed") {
      read_credentials(field, remote, report);
    } else if (key == "tls") {
      read_remote_tls(field, remote, report);
    } else if (key == "deny_imports" || key == "deny_import") {
      remote.deny_imports = read_denied(field, report);
    } else if (key == "deny_exports" || key == "deny_export") {
      remote.deny_exports = read_denied(field, report);
    } else if (key == "proxy") {
      read_proxy(field, report);
    } else if (key == "jetstream_cluster_migrate" || key == "js_cluster_migrate") {
      if (!field.value.is(Kind::boolean) && !field.value.is(Kind::map)) {
        report.error(
            field.value,
            "Expected boolean or map for jetstream_cluster_migrate, got " + go_type(field.value));
      } else {
        report.no_effect(field, "this is a core server");
      }
    } else if (key == "compression" || key.starts_with("ws_") || key.starts_with("websocket_")) {
      report.no_effect(field);
    } else {
      report.unknown(field);
    }
  }
  return remote;
}

}  // namespace

void read_leaf_remotes(const ConfField& field, LeafSettings& leaf, ConfReport& report) {
  if (!field.value.is(Kind::list)) {
    report.error(field.value, "Expected remotes field to be an array, got " + go_type(field.value));
    return;
  }
  leaf.remotes.clear();
  for (const ConfValue& entry : field.value.items()) {
    if (!entry.is(Kind::map)) {
      report.error(entry,
                   "Expected remote leafnode entry to be a map/struct, got " + go_text(entry));
      continue;
    }
    leaf.remotes.push_back(read_remote(entry, report));
  }
}

}  // namespace broker
