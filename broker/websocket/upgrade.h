#pragma once

#include "broker/websocket/http_request.h"

#include <optional>
#include <string>
#include <variant>
#include <vector>

// An HTTP request that asks for a websocket, and what to answer. Pure.
// Source: RFC 6455 section 4.2; nats-server server/websocket.go (wsUpgrade), seen on 2.9, 2.10 and
// 2.15
namespace broker {

// "https://example.com:8443" of allowed_origins.
struct Origin {
  std::string scheme = {};
  std::string host = {};  // in lower case
  std::string port = {};  // that of the scheme where none is said

  // Error: in nats-server's words.
  static base::Result<Origin> parse(std::string_view text);

  bool operator==(const Origin&) const = default;
};

// What the configuration says of upgrades.
struct UpgradeTerms {
  bool tls = false;
  bool same_origin = false;
  std::vector<Origin> allowed_origins = {};  // none: any
  bool compression = false;
  std::vector<std::pair<std::string, std::string>> headers = {};  // added to the answer
};

// What is agreed on.
struct Upgrade {
  enum class Kind : std::uint8_t { client, leafnode };

  Kind kind = Kind::client;
  bool compression = false;
  bool masked = true;              // what the peer sends
  bool small_frames = false;       // for a browser
  bool whole_messages = false;     // one that takes no compressed message in several frames
  std::string forwarded_for = {};  // an address that a proxy told of
  std::vector<std::pair<std::string, std::string>> cookies = {};
  std::string answer = {};
};

// What is said instead; `why` is for the log, where nothing is said when it is empty.
struct Refusal {
  std::string answer = {};
  std::string why = {};
  bool closes = false;  // no further request is read
};

std::variant<Upgrade, Refusal> answer_request(std::string_view head, const UpgradeTerms& terms);

}  // namespace broker
