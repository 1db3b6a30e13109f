#include "broker/server/tls_options.h"

#include "base/text.h"
#include "broker/net/tls_suites.h"
#include "broker/server/options.h"

#include <algorithm>
#include <functional>
#include <map>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// How long handshake_first: auto waits for a handshake before it says INFO.
// Source: nats-server server/const.go (DEFAULT_TLS_HANDSHAKE_FIRST_FALLBACK_DELAY)
constexpr base::nanoseconds kHandshakeFirstDelay = std::chrono::milliseconds(50);

constexpr std::int64_t kMostSeconds = 1'000'000;

// What reads one key of the block says of it; empty: it is good.
using Mistake = std::string;

struct Reading {
  ClientTlsOptions tls = {};
  TlsDoor door = TlsDoor::others;
  bool cert_store = false;
};

using Apply = std::function<Mistake(const ConfField&, Reading&, ConfReport&)>;

Mistake wrong_type(const ConfValue& value, const std::string& wanted) {
  return "interface conversion: interface {} is " + go_type(value) + ", not " + wanted;
}

Mistake about(const std::string& what) {
  return "error parsing tls config, " + what;
}

Apply file_into(std::string TlsSettings::*place) {
  return [place](const ConfField& field, Reading& out, ConfReport&) -> Mistake {
    if (!field.value.is(Kind::text)) {
      return about("expected '" + base::lower(field.key) + "' to be filename");
    }
    out.tls.settings.*place = field.value.as_text();
    return {};
  };
}

template <class Use>
Apply flag(Use use) {
  return [use](const ConfField& field, Reading& out, ConfReport&) -> Mistake {
    if (!field.value.is(Kind::boolean)) {
      return about("expected '" + base::lower(field.key) + "' to be a boolean");
    }
    return use(field.value.as_boolean(), out);
  };
}

Mistake read_known_urls(bool on, Reading& out) {
  if (on && out.door == TlsDoor::clients) {
    return "verify_cert_and_check_known_urls not supported in this context";
  }
  if (on && out.door == TlsDoor::others) {
    return "\"verify_cert_and_check_known_urls\": not supported by this broker, which does not "
           "start without it";
  }
  out.tls.settings.check_known_urls = on;
  out.tls.settings.verify = out.tls.settings.verify || on;
  return {};
}

// Names of a table: ciphers or curves.
Apply names_into(std::vector<std::string> TlsSettings::*place,
                 bool (*known)(const std::string&),
                 const char* kind) {
  return [=](const ConfField& field, Reading& out, ConfReport& report) -> Mistake {
    if (!field.value.is(Kind::list)) return wrong_type(field.value, "[]interface {}");
    if (field.value.items().empty()) {
      return about("'" + base::lower(field.key) + "' cannot be empty");
    }
    for (const ConfValue& item : field.value.items()) {
      if (!item.is(Kind::text)) {
        report.error(item, wrong_type(item, "string"));
      } else if (!known(item.as_text())) {
        report.error(item, std::string("unrecognized ") + kind + " " + item.as_text());
      } else {
        (out.tls.settings.*place).push_back(item.as_text());
      }
    }
    return {};
  };
}

Mistake read_timeout(const ConfField& field, Reading& out, ConfReport&) {
  const ConfValue& value = field.value;
  base::nanoseconds timeout{};
  if (value.is(Kind::integer)) {
    timeout = std::chrono::seconds(std::clamp<std::int64_t>(value.as_integer(), 0, kMostSeconds));
  } else if (value.is(Kind::real)) {
    timeout = std::chrono::duration_cast<base::nanoseconds>(std::chrono::duration<double>(
        std::clamp(value.as_real(), 0.0, static_cast<double>(kMostSeconds))));
  } else if (!value.is(Kind::text)) {
    return about("'timeout' wrong type");
  } else if (const auto duration = base::parse_duration(value.as_text())) {
    timeout = *duration;
  } else {
    return about("'timeout' time: invalid duration \"" + value.as_text() + "\"");
  }
  if (timeout > base::nanoseconds(0)) out.tls.settings.timeout = timeout;
  return {};
}

Mistake read_rate_limit(const ConfField& field, Reading&, ConfReport& report) {
  if (!field.value.is(Kind::integer)) return about("'connection_rate_limit' wrong type");
  if (field.value.as_integer() > 0) report.no_effect(field);
  return {};
}

Mistake read_pins(const ConfField& field, Reading& out, ConfReport& report) {
  if (!field.value.is(Kind::list)) {
    return about(
        "expected 'pinned_certs' to be a list of hex-encoded sha256 of DER encoded "
        "SubjectPublicKeyInfo");
  }
  constexpr std::size_t kDigits = 64;
  for (const ConfValue& item : field.value.items()) {
    const std::string pin = base::lower(item.as_text());
    if (!item.is(Kind::text)) {
      report.error(item, wrong_type(item, "string"));
    } else if (pin.size() != kDigits ||
               pin.find_first_not_of("0123456789abcdef") != std::string::npos) {
      report.error(item,
                   about("'pinned_certs' key " + pin +
                         " does not look like hex-encoded sha256 of DER encoded "
                         "SubjectPublicKeyInfo"));
    } else {
      out.tls.settings.pinned_certs.push_back(pin);
    }
  }
  return {};
}

Mistake read_handshake_first(const ConfField& field, Reading& out, ConfReport&) {
  const ConfValue& value = field.value;
  auto& first = out.tls.handshake_first;
  if (value.is(Kind::boolean)) {
    if (value.as_boolean()) first = base::nanoseconds(0);
    return {};
  }
  if (!value.is(Kind::text)) {
    return "field \"" + field.key + "\" should be a boolean or a string, got " + go_type(value);
  }
  const std::string word = base::lower(value.as_text());
  const auto delay = base::parse_duration(word);
  if (word == "true" || word == "on") {
    first = base::nanoseconds(0);
  } else if (word == "auto" || word == "auto_fallback") {
    first = kHandshakeFirstDelay;
  } else if (delay) {
    first = *delay;
  } else if (word != "false" && word != "off") {
    return "field \"" + field.key + "\"'s value \"" + value.as_text() + "\" is invalid";
  }
  return {};
}

Mistake read_min_version(const ConfField& field, Reading& out, ConfReport&) {
  const ConfValue& value = field.value;
  const std::string start = "error parsing tls config: ";
  if (!value.is(Kind::text)) return start + "'min_version' wrong type: " + go_text(value);
  const std::string& version = value.as_text();
  if (version == "1.0" || version == "1.1") {
    return start + "unsupported TLS version: TLS " + version;
  }
  if (version != "1.2" && version != "1.3") return start + "unknown version: " + version;
  out.tls.settings.only_1_3 = version == "1.3";
  return {};
}

// One of `certs`. Its mistakes are said where they are.
void read_certificate(const ConfValue& entry, Reading& out, ConfReport& report) {
  const std::string start = "error parsing certificates config: ";
  if (!entry.is(Kind::map)) {
    return report.error(entry, start + "unsupported type " + go_type(entry));
  }
  TlsCertificate pair;
  for (const ConfField& field : entry.fields()) {
    if (!field.value.is(Kind::text)) {
      return report.error(field.value, start + "unsupported type " + go_type(field.value));
    }
    if (field.key == "cert_file") {
      pair.cert_file = field.value.as_text();
    } else if (field.key == "key_file") {
      pair.key_file = field.value.as_text();
    } else {
      return report.error(field.value,
                          "error parsing tls certs config, unknown field \"" + field.key + "\"");
    }
  }
  if (pair.cert_file.empty() || pair.key_file.empty()) {
    const ConfValue& place = entry.fields().empty() ? entry : entry.fields().back().value;
    return report.error(place, start + "both 'cert_file' and 'cert_key' options are required");
  }
  out.tls.settings.certificates.push_back(std::move(pair));
}

Mistake read_certificates(const ConfField& field, Reading& out, ConfReport& report) {
  if (!field.value.is(Kind::list)) {
    return "error parsing certificates config: unsupported type " + go_type(field.value);
  }
  for (const ConfValue& entry : field.value.items()) {
    const std::size_t before = report.errors.size();
    read_certificate(entry, out, report);
    if (report.errors.size() > before) break;
  }
  return {};
}

// Another system's places for certificates.
Mistake read_cert_store(const ConfField& field, Reading& out, ConfReport&) {
  const std::string name = base::lower(field.value.as_text());
  if (name.empty()) return "expected 'cert_store' to be a valid non-empty string";
  if (name != "windowscurrentuser" && name != "windowslocalmachine") {
    return "cert store type not implemented";
  }
  out.cert_store = true;
  return {};
}

Mistake of_another_system(const ConfField&, Reading&, ConfReport&) {
  return {};
}

Mistake read_ocsp_peer(const ConfField& field, Reading&, ConfReport&) {
  if (field.value.is(Kind::boolean) && !field.value.as_boolean()) return {};
  return "\"ocsp_peer\": not supported by this broker, which does not start without it";
}

const std::map<std::string, Apply, std::less<>>& table() {
  static const std::map<std::string, Apply, std::less<>> kTable = {
      {"cert_file", file_into(&TlsSettings::cert_file)},
      {"key_file", file_into(&TlsSettings::key_file)},
      {"ca_file", file_into(&TlsSettings::ca_file)},
      {"insecure", flag([](bool on, Reading& out) -> Mistake {
         out.tls.settings.insecure = on;
         return {};
       })},
      {"verify", flag([](bool on, Reading& out) -> Mistake {
         out.tls.settings.verify = out.tls.settings.verify || on;
         return {};
       })},
      {"verify_and_map", flag([](bool on, Reading& out) -> Mistake {
         out.tls.map = on;
         out.tls.settings.verify = out.tls.settings.verify || on;
         return {};
       })},
      {"verify_cert_and_check_known_urls", flag(read_known_urls)},
      {"cipher_suites", names_into(&TlsSettings::ciphers, is_cipher_suite, "cipher")},
      {"curve_preferences", names_into(&TlsSettings::curves, is_curve, "curve preference")},
      {"timeout", read_timeout},
      {"connection_rate_limit", read_rate_limit},
      {"pinned_certs", read_pins},
      {"handshake_first", read_handshake_first},
      {"first", read_handshake_first},
      {"immediate", read_handshake_first},
      {"min_version", read_min_version},
      {"certs", read_certificates},
      {"certificates", read_certificates},
      {"cert_store", read_cert_store},
      {"cert_match_by", of_another_system},
      {"cert_match", of_another_system},
      {"cert_match_skip_invalid", of_another_system},
      {"ca_certs_match", of_another_system},
      {"ocsp_peer", read_ocsp_peer}};
  return kTable;
}

// What keys do not go together. Source: nats-server server/opts.go (GenTLSConfig)
Mistake whole_block(const Reading& read) {
  const TlsSettings& tls = read.tls.settings;
  if (!tls.certificates.empty() && !tls.cert_file.empty()) {
    return about("cannot combine 'cert_file' option with 'certs' option");
  }
  if (!tls.cert_file.empty() && read.cert_store) {
    return "'cert_file' and 'cert_store' may not both be configured";
  }
  if (!tls.cert_file.empty() && tls.key_file.empty()) {
    return "missing 'key_file' in TLS configuration";
  }
  if (tls.cert_file.empty() && !tls.key_file.empty()) {
    return "missing 'cert_file' in TLS configuration";
  }
  return read.cert_store ? "cert_store not compatible with current operating system" : "";
}

}  // namespace

ClientTlsOptions read_tls_block(const ConfField& block, ConfReport& report, TlsDoor door) {
  Reading read;
  read.door = door;
  read.tls.settings.place = block.value.place().text() + ": ";
  const std::size_t mistakes = report.errors.size();
  for (const ConfField& field : report.map(block)) {
    const auto row = table().find(base::lower(field.key));
    if (row == table().end()) {
      report.error(field.value, about("unknown field \"" + field.key + "\""));
    } else if (const Mistake what = row->second(field, read, report); !what.empty()) {
      report.error(field.value, what);
    }
    if (report.errors.size() > mistakes) return read.tls;
  }
  if (report.errors.size() > mistakes) return read.tls;  // it is no block
  if (const Mistake what = whole_block(read); !what.empty()) report.error(block.value, what);
  return read.tls;
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
