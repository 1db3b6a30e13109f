#include "broker/server/websocket_options.h"

#include "base/text.h"
#include "broker/server/options_reader.h"
#include "broker/server/plain_fields.h"

#include <algorithm>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

base::Error refused(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

void read_handshake_timeout(const ConfField& field,
                            WebsocketOptions& websocket,
                            ConfReport& report) {
  const ConfValue& value = field.value;
  if (value.is(Kind::integer)) {
    websocket.handshake_timeout = std::chrono::seconds(report.small_integer(field).value_or(0));
  } else if (value.is(Kind::text)) {
    if (const auto duration = report.duration_text(field)) websocket.handshake_timeout = *duration;
  } else {
    report.error(value, "error parsing handshake timeout: unsupported type " + go_type(value));
  }
}

// authorization { user, password, token, timeout }: one for all who come in.
void read_authorization(const ConfField& block, WebsocketOptions& websocket, ConfReport& report) {
  for (const ConfField& field : report.map(block)) {
    const std::string key = base::lower(field.key);
    const ConfValue& value = field.value;
    if (key == "user" || key == "username") {
      if (const auto text = report.text(field)) websocket.user = *text;
    } else if (key == "pass" || key == "password") {
      if (const auto text = report.text(field)) websocket.password = *text;
    } else if (key == "token") {
      if (const auto text = report.text(field)) websocket.token = *text;
    } else if (key == "timeout") {
      double seconds = 1;
      if (value.is(Kind::integer)) seconds = static_cast<double>(value.as_integer());
      if (value.is(Kind::real)) seconds = value.as_real();
      websocket.auth_timeout = std::chrono::duration_cast<base::nanoseconds>(
          std::chrono::duration<double>(std::clamp(seconds, 0.0, 1e6)));
    } else {
      report.unknown(field);
    }
  }
}

void read_headers(const ConfField& block, WebsocketOptions& websocket, ConfReport& report) {
  if (!block.value.is(Kind::map)) {
    report.error(block.value, "error parsing headers: unsupported type " + go_type(block.value));
    return;
  }
  websocket.headers.clear();
  for (const ConfField& field : block.value.fields()) {
    if (field.value.is(Kind::text)) {
      websocket.headers.emplace_back(field.key, field.value.as_text());
    } else {
      report.error(
          field.value,
          "error parsing header key " + field.key + ": unsupported type " + go_type(field.value));
    }
  }
}

const PlainFields<WebsocketOptions>& websocket_fields() {
  static const PlainFields<WebsocketOptions> fields = {
      {"host", &WebsocketOptions::host},
      {"net", &WebsocketOptions::host},
      {"port", &WebsocketOptions::port},
      {"advertise", &WebsocketOptions::advertise},
      {"jwt_cookie", &WebsocketOptions::jwt_cookie},
      {"user_cookie", &WebsocketOptions::user_cookie},
      {"pass_cookie", &WebsocketOptions::password_cookie},
      {"token_cookie", &WebsocketOptions::token_cookie},
      {"no_auth_user", &WebsocketOptions::no_auth_user},
      {"no_tls", &WebsocketOptions::no_tls},
      {"same_origin", &WebsocketOptions::same_origin},
      {"compress", &WebsocketOptions::compression},
      {"compression", &WebsocketOptions::compression}};
  return fields;
}

bool names_origins(const std::string& key) {
  for (const char* name : {"allowed_origins",
                           "allowed_origin",
                           "allow_origins",
                           "allow_origin",
                           "origins",
                           "origin"}) {
    if (key == name) return true;
  }
  return false;
}

base::Result<void> validate_origins(const WebsocketOptions& websocket) {
  for (const std::string& text : websocket.allowed_origins) {
    const auto origin = Origin::parse(text);
    if (!origin) return refused("unable to parse allowed origin: " + origin.error().what);
    const std::string quoted = "unable to parse allowed origin \"" + text + "\": ";
    if (origin->scheme != "http" && origin->scheme != "https") {
      return refused(quoted + "allowed origins must be absolute URLs with http or https scheme");
    }
    if (origin->host.empty()) return refused(quoted + "host is required");
  }
  return {};
}

base::Result<void> validate_headers(const WebsocketOptions& websocket) {
  for (const auto& [name, value] : websocket.headers) {
    const std::string key = base::lower(name);
    for (const char* ours :
         {"host", "content-length", "connection", "upgrade", "nats-no-masking"}) {
      if (key == ours) return refused("websocket: invalid header \"" + name + "\" not allowed");
    }
    if (key.starts_with("sec-websocket-")) {
      return refused("websocket: invalid header \"" + name +
                     "\", \"Sec-WebSocket-\" prefix not allowed");
    }
  }
  return {};
}

}  // namespace

void apply_websocket(const ConfField& block, Options& options, ConfReport& report) {
  if (!block.value.is(Kind::map)) {
    report.error(block.value, "Expected websocket to be a map, got " + go_type(block.value));
    return;
  }
  WebsocketOptions& websocket = options.websocket;
  for (const ConfField& field : block.value.fields()) {
    const std::string key = base::lower(field.key);
    if (websocket_fields().read(key, field, websocket, report)) continue;
    if (key == "listen") {
      read_listen(field, websocket.host, websocket.port, report);
    } else if (key == "tls") {
      websocket.tls = read_tls_block(field, report);
    } else if (names_origins(key)) {
      if (const auto origins = report.texts(field)) websocket.allowed_origins = *origins;
    } else if (key == "handshake_timeout") {
      read_handshake_timeout(field, websocket, report);
    } else if (key == "authorization" || key == "authentication") {
      read_authorization(field, websocket, report);
    } else if (key == "headers") {
      read_headers(field, websocket, report);
    } else if (key == "ping_interval") {
      if (const auto value = report.duration(field)) websocket.ping_interval = *value;
    } else {
      report.unknown(field);
    }
  }
}

base::Result<void> validate_websocket(const Options& options) {
  const WebsocketOptions& websocket = options.websocket;
  if (!websocket.enabled()) return {};
  if (!websocket.tls && !websocket.no_tls) return refused("websocket requires TLS configuration");
  TRY(validate_origins(websocket));
  if (!websocket.no_auth_user.empty()) TRY(validate_no_auth_user(options, websocket.no_auth_user));
  if (!options.auth.users.empty()) {
    const std::string suffix = " not compatible with presence of users/nkeys";
    if (!websocket.user.empty()) return refused("websocket authentication username" + suffix);
    if (!websocket.token.empty()) return refused("websocket authentication token" + suffix);
  }
  if (!websocket.jwt_cookie.empty() && !options.auth.trust.enabled()) {
    return refused(
        "trusted operators or trusted keys configuration is required for JWT authentication via "
        "cookie \"" +
        websocket.jwt_cookie + "\"");
  }
  if (!websocket.advertise.empty()) {
    TRY(contract::HostPort::parse(websocket.advertise, websocket.port));
  }
  return validate_headers(websocket);
}

bool differ(const WebsocketOptions& one, const WebsocketOptions& other) {
  const auto without_certificates = [](WebsocketOptions websocket) {
    if (websocket.tls) websocket.tls = ClientTlsOptions{.map = websocket.tls->map};
    return websocket;
  };
  return !(without_certificates(one) == without_certificates(other));
}

// In the order in which nats-server has the fields.
std::string shown(const WebsocketOptions& websocket) {
  std::string headers;
  for (const auto& [name, value] : websocket.headers)
    headers += (headers.empty() ? "" : " ") + name + ":" + value;
  const auto flag = [](bool value) { return std::string(value ? "true" : "false"); };
  return "{" +
         base::join(
             {websocket.host,
              std::to_string(websocket.port),
              websocket.advertise,
              websocket.no_auth_user,
              websocket.jwt_cookie,
              websocket.user_cookie,
              websocket.password_cookie,
              websocket.token_cookie,
              websocket.user,
              base::format_go_duration(websocket.auth_timeout.value_or(base::nanoseconds(0))),
              flag(websocket.no_tls),
              flag(websocket.tls && websocket.tls->map),
              flag(websocket.same_origin),
              "[" + base::join(websocket.allowed_origins, " ") + "]",
              flag(websocket.compression),
              base::format_go_duration(websocket.handshake_timeout),
              base::format_go_duration(websocket.ping_interval.value_or(base::nanoseconds(0))),
              "map[" + headers + "]"},
             " ") +
         "}";
}

AuthRules websocket_auth(const Options& options) {
  const WebsocketOptions& websocket = options.websocket;
  AuthRules rules = options.auth;
  rules.door = ConnectionType::websocket;
  rules.map_certificates = websocket.tls && websocket.tls->map;
  const bool own =
      !websocket.user.empty() || !websocket.token.empty() || !websocket.no_auth_user.empty();
  if (!own) return rules;
  rules.user = websocket.user;
  rules.password = websocket.password;
  rules.token = websocket.token;
  rules.no_auth_user = websocket.no_auth_user;
  return rules;
}

ClientLimits websocket_limits(const Options& options) {
  ClientLimits limits = options.limits;
  const WebsocketOptions& websocket = options.websocket;
  if (websocket.auth_timeout && websocket.auth_timeout->count() > 0) {
    limits.auth_timeout = *websocket.auth_timeout;
  }
  if (websocket.ping_interval && websocket.ping_interval->count() > 0) {
    limits.ping_interval = *websocket.ping_interval;
  }
  return limits;
}

GateTerms gate_terms(const WebsocketOptions& websocket, std::shared_ptr<const TlsContext> tls) {
  GateTerms terms;
  terms.upgrade.tls = tls != nullptr;
  terms.upgrade.same_origin = websocket.same_origin;
  for (const std::string& text : websocket.allowed_origins) {
    if (auto origin = Origin::parse(text)) {
      terms.upgrade.allowed_origins.push_back(*std::move(origin));
    }
  }
  terms.upgrade.compression = websocket.compression;
  terms.upgrade.headers = websocket.headers;
  terms.tls = std::move(tls);
  terms.timeout = websocket.handshake_timeout;
  return terms;
}

std::unique_ptr<const Cookies> read_cookies(const WebsocketOptions& websocket,
                                            const Upgrade& upgrade) {
  if (upgrade.cookies.empty()) return nullptr;
  Cookies cookies;
  for (const auto& [name, value] : upgrade.cookies) {
    if (name.empty()) continue;
    if (name == websocket.jwt_cookie) cookies.jwt = value;
    if (name == websocket.user_cookie) cookies.user = value;
    if (name == websocket.password_cookie) cookies.password = value;
    if (name == websocket.token_cookie) cookies.token = value;
  }
  return std::make_unique<const Cookies>(std::move(cookies));
}

}  // namespace broker
