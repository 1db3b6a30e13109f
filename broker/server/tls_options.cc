#include "broker/server/tls_options.h"

#include "base/text.h"
#include "broker/server/options.h"

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// How long handshake_first: auto waits for a handshake before it says INFO.
// Source: nats-server server/const.go (DEFAULT_TLS_HANDSHAKE_FIRST_FALLBACK_DELAY)
constexpr base::nanoseconds kHandshakeFirstDelay = std::chrono::milliseconds(50);

void read_seconds(const ConfField& field, base::nanoseconds& place, ConfReport& report) {
  const ConfValue& value = field.value;
  const auto duration = base::parse_duration(value.as_text());
  if (value.is(Kind::integer) && value.as_integer() > 0 && value.as_integer() < 1'000'000) {
    place = std::chrono::seconds(value.as_integer());
  } else if (value.is(Kind::real) && value.as_real() > 0 && value.as_real() < 1e6) {
    place = std::chrono::duration_cast<base::nanoseconds>(
        std::chrono::duration<double>(value.as_real()));
  } else if (value.is(Kind::text) && duration) {
    place = *duration;
  } else {
    report.error(value, "error parsing tls config, 'timeout' wrong type");
  }
}

void read_handshake_first(const ConfField& field, ClientTlsOptions& tls, ConfReport& report) {
  const ConfValue& value = field.value;
  if (value.is(Kind::boolean)) {
    if (value.as_boolean()) tls.handshake_first = base::nanoseconds(0);
    return;
  }
  const std::string word = base::lower(value.as_text());
  const auto delay = base::parse_duration(word);
  if (value.is(Kind::text) && (word == "auto" || word == "auto_fallback")) {
    tls.handshake_first = kHandshakeFirstDelay;
  } else if (value.is(Kind::text) && delay) {
    tls.handshake_first = *delay;
  } else {
    report.error(value, "field \"" + field.key + "\"'s value is invalid");
  }
}

void read_min_version(const ConfField& field, TlsSettings& settings, ConfReport& report) {
  const auto version = report.text(field);
  if (!version) return;
  if (*version != "1.2" && *version != "1.3") {
    report.error(field.value, "unsupported minimum TLS version: " + *version);
  }
  settings.only_1_3 = *version == "1.3";
}

// False: no such key among those with a plain value.
bool read_plain(const std::string& key,
                const ConfField& field,
                ClientTlsOptions& tls,
                ConfReport& report) {
  const auto text = [&](std::string& place) {
    if (const auto value = report.text(field)) place = *value;
  };
  const auto flag = [&](bool& place) {
    if (const auto value = report.boolean(field)) place = *value;
  };
  TlsSettings& settings = tls.settings;
  if (key == "cert_file") {
    text(settings.cert_file);
  } else if (key == "key_file") {
    text(settings.key_file);
  } else if (key == "ca_file") {
    text(settings.ca_file);
  } else if (key == "verify") {
    flag(settings.verify);
  } else if (key == "verify_and_map") {
    flag(tls.map);
    settings.verify = settings.verify || tls.map;
  } else if (key == "insecure") {
    flag(settings.insecure);
  } else if (key == "pinned_certs") {
    if (const auto pins = report.texts(field)) settings.pinned_certs = *pins;
  } else {
    return false;
  }
  return true;
}

}  // namespace

ClientTlsOptions read_tls_block(const ConfField& block, ConfReport& report, TlsSide side) {
  ClientTlsOptions tls;
  for (const ConfField& field : report.map(block)) {
    const std::string key = base::lower(field.key);
    if (read_plain(key, field, tls, report)) continue;
    if (key == "timeout") {
      read_seconds(field, tls.settings.timeout, report);
    } else if (key == "handshake_first" || key == "first" || key == "immediate") {
      read_handshake_first(field, tls, report);
    } else if (key == "min_version") {
      read_min_version(field, tls.settings, report);
    } else if (key == "connection_rate_limit") {
      report.no_effect(field);
    } else if (key == "cipher_suites" || key == "curve_preferences" || key == "certs" ||
               key == "verify_cert_and_check_known_urls" || key == "ocsp_peer" ||
               key.starts_with("cert_")) {
      report.error(
          field.value,
          "\"" + field.key + "\": not supported by this broker, which does not start without it");
    } else {
      report.unknown(field);
    }
  }
  if (!block.value.is(Kind::map)) return tls;  // that was said
  if (side == TlsSide::accepts && tls.settings.cert_file.empty() && tls.settings.ca_file.empty()) {
    report.error(block.value, "missing 'cert_file' in TLS configuration");
  } else if (!tls.settings.cert_file.empty() && tls.settings.key_file.empty()) {
    report.error(block.value, "missing 'key_file' in TLS configuration");
  }
  return tls;
}

base::Result<LoadedTls> load_tls(const Options& options) {
  LoadedTls loaded;
  if (options.tls) loaded.clients = TRY(TlsContext::load(options.tls->settings));
  if (options.websocket.tls) {
    loaded.websockets = TRY(TlsContext::load(options.websocket.tls->settings));
  }
  if (options.cluster.tls) loaded.routes = TRY(TlsContext::load(*options.cluster.tls));
  if (options.gateway.tls) loaded.gateways.own = TRY(TlsContext::load(*options.gateway.tls));
  for (const RemoteCluster& remote : options.gateway.remotes) {
    if (remote.tls) loaded.gateways.remotes[remote.name] = TRY(TlsContext::load(*remote.tls));
  }
  if (options.leaf.tls) loaded.leafs.door = TRY(TlsContext::load(*options.leaf.tls));
  // Without a block of its own, too: the hub may want it.
  for (const LeafRemoteSettings& remote : options.leaf.remotes)
    loaded.leafs.remotes.push_back(TRY(TlsContext::load(remote.tls.value_or(TlsSettings{}))));
  return loaded;
}

}  // namespace broker
