#include "broker/websocket/upgrade.h"

#include "base/base64.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/text.h"

#include <ctime>

#include <arpa/inet.h>
#include <fmt/chrono.h>
#include <fmt/format.h>

namespace broker {

namespace {

constexpr std::string_view kAcceptSuffix = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyBytes = 16;
constexpr std::string_view kDeflate = "permessage-deflate";

// Paths that end so are other servers' and other protocols' doors.
constexpr std::string_view kLeafnodePath = "/leafnode";
constexpr std::string_view kMqttPath = "/mqtt";

struct Status {
  int code;
  std::string_view text;
};

constexpr Status kBadRequest{400, "Bad Request"};
constexpr Status kForbidden{403, "Forbidden"};
constexpr Status kNotFound{404, "Not Found"};
constexpr Status kMethodNotAllowed{405, "Method Not Allowed"};

// "www.example.com:80" into both; `secure` says which port is meant without one.
base::Result<std::pair<std::string, std::string>> host_and_port(bool secure,
                                                                std::string_view text) {
  const auto bracket = text.find(']');
  const auto colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  std::string_view host = text.substr(0, has_port ? colon : text.size());
  if (bracket == std::string_view::npos && host.find(':') != std::string_view::npos) {
    return base::Error(base::ErrorCode::invalid,
                       fmt::format("address {}: too many colons in address", text));
  }
  // Without a port Go leaves the brackets where they are.
  if (has_port && host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  const std::string port(has_port ? text.substr(colon + 1) : secure ? "443" : "80");
  return std::pair(base::lower(host), port);
}

std::string accept_key(const std::string& key) {
  return base::to_base64(base::sha1(key + std::string(kAcceptSuffix)));
}

bool is_address(const std::string& text) {
  in6_addr place{};
  return ::inet_pton(AF_INET, text.c_str(), &place) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &place) == 1;
}

Refusal refuse(Status status, std::string why) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  return {.answer = fmt::format("HTTP/1.1 {} {}\r\n"
                                "Content-Type: text/plain; charset=utf-8\r\n"
                                "Sec-Websocket-Version: 13\r\n"
                                "X-Content-Type-Options: nosniff\r\n"
                                "Date: {:%a, %d %b %Y %H:%M:%S} GMT\r\n"
                                "Content-Length: {}\r\n\r\n{}\n",
                                status.code,
                                status.text,
                                fmt::gmtime(now),
                                status.text.size() + 1,
                                status.text),
          .why = std::move(why)};
}

// What does not speak HTTP well enough to be answered by us at all: Go's server does it, and says
// nothing in the log.
Refusal refuse_early(std::string_view text) {
  return {.answer = fmt::format("HTTP/1.1 {0}\r\nContent-Type: text/plain; charset=utf-8\r\n"
                                "Connection: close\r\n\r\n{0}",
                                text),
          .closes = true};
}

std::optional<std::string> check_origin(const HttpRequest& request, const UpgradeTerms& terms) {
  if (!terms.same_origin && terms.allowed_origins.empty()) return std::nullopt;
  std::string said = request.header("origin");
  if (said.empty()) said = request.header("sec-websocket-origin");
  if (said.empty()) return std::nullopt;  // no browser says nothing
  const auto origin = Origin::parse(said);
  if (!origin) return origin.error().what;
  if (terms.same_origin) {
    const auto own = host_and_port(terms.tls, request.header("host"));
    if (!own) return own.error().what;
    const std::string scheme = terms.tls ? "https" : "http";
    if (!(*origin == Origin{scheme, own->first, own->second})) return "not same origin";
  }
  const auto& allowed = terms.allowed_origins;
  if (allowed.empty() || std::find(allowed.begin(), allowed.end(), *origin) != allowed.end()) {
    return std::nullopt;
  }
  return "not in the allowed list";
}

bool offers_compression(const HttpRequest& request) {
  const auto offers = request.list("sec-websocket-extensions");
  return std::any_of(offers.begin(), offers.end(), [](const std::string& offer) {
    const auto words = base::split(offer, ';');
    return std::any_of(words.begin(), words.end(), [](const std::string& word) {
      return base::equals_ignoring_case(base::trim(word), kDeflate);
    });
  });
}

std::optional<Refusal> check(const HttpRequest& request, const UpgradeTerms& terms) {
  if (request.path.ends_with(kMqttPath)) {
    return refuse(kNotFound, "mqtt websocket endpoint not enabled");
  }
  if (request.method != "GET") return refuse(kMethodNotAllowed, "request method must be GET");
  if (request.header("host").empty()) return refuse(kBadRequest, "'Host' missing in request");
  if (!request.lists("upgrade", "websocket")) {
    return refuse(kBadRequest, "invalid value for header 'Upgrade'");
  }
  if (!request.lists("connection", "Upgrade")) {
    return refuse(kBadRequest, "invalid value for header 'Connection'");
  }
  const std::string key = request.header("sec-websocket-key");
  if (key.empty()) return refuse(kBadRequest, "key missing");
  const auto decoded = base::from_base64(key);
  if (!decoded || decoded->size() != kKeyBytes) return refuse(kBadRequest, "invalid websocket key");
  if (!request.lists("sec-websocket-version", "13")) return refuse(kBadRequest, "invalid version");
  if (const auto why = check_origin(request, terms)) {
    return refuse(kForbidden, "origin not allowed: " + *why);
  }
  return std::nullopt;
}

std::string agreement(const HttpRequest& request,
                      const Upgrade& upgrade,
                      const UpgradeTerms& terms) {
  std::string text =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: " +
      accept_key(request.header("sec-websocket-key")) + "\r\n";
  if (upgrade.compression) {
    text +=
        "Sec-WebSocket-Extensions: permessage-deflate; server_no_context_takeover; "
        "client_no_context_takeover\r\n";
  }
  if (!upgrade.masked) text += "Nats-No-Masking: true\r\n";
  for (const auto& [name, value] : terms.headers)
    text += name + ": " + value + "\r\n";
  return text + "\r\n";
}

}  // namespace

base::Result<Origin> Origin::parse(std::string_view text) {
  const auto refused = [&](std::string_view what) {
    return base::Error(base::ErrorCode::invalid, fmt::format("parse \"{}\": {}", text, what));
  };
  const auto colon = text.find("://");
  if (text.empty()) return refused("empty url");
  if (colon == std::string_view::npos || colon == 0) return refused("invalid URI for request");
  Origin origin;
  origin.scheme = base::lower(text.substr(0, colon));
  const std::string_view rest = text.substr(colon + 3);
  const std::string_view place = rest.substr(0, rest.find_first_of("/?#"));
  auto parts = TRY(host_and_port(origin.scheme == "https", place.substr(place.rfind('@') + 1)));
  origin.host = std::move(parts.first);
  origin.port = std::move(parts.second);
  return origin;
}

std::variant<Upgrade, Refusal> answer_request(std::string_view head, const UpgradeTerms& terms) {
  const auto request = HttpRequest::parse(head);
  if (!request) return refuse_early("400 Bad Request");
  if (!request->is_1_0 && request->header("host").empty()) {
    return refuse_early("400 Bad Request: missing required Host header");
  }
  if (auto refusal = check(*request, terms)) {
    refusal->closes =
        request->has_body() || request->is_1_0 || request->lists("connection", "close");
    return *std::move(refusal);
  }
  Upgrade upgrade;
  if (request->path.ends_with(kLeafnodePath)) upgrade.kind = Upgrade::Kind::leafnode;
  upgrade.compression = terms.compression && offers_compression(*request);
  upgrade.masked = request->header("nats-no-masking") != "true";
  if (const std::string from = request->header("x-forwarded-for"); is_address(from)) {
    upgrade.forwarded_for = from;
  }
  if (upgrade.kind == Upgrade::Kind::client) {
    const std::string agent = request->header("user-agent");
    upgrade.small_frames = agent.starts_with("Mozilla/");
    // Safari is the one that says both; others claim to be it.
    upgrade.whole_messages = upgrade.small_frames && upgrade.compression &&
                             agent.find("Version/") != std::string::npos &&
                             agent.find("Safari/") != std::string::npos;
    upgrade.cookies = request->cookies();
  }
  upgrade.answer = agreement(*request, upgrade, terms);
  return upgrade;
}

}  // namespace broker
