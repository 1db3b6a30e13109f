#pragma once

#include "base/result.h"
#include "broker/accounts/authenticator.h"
#include "broker/server/conf_report.h"
#include "broker/server/tls_options.h"
#include "broker/sessions/client_session.h"
#include "broker/websocket/gate.h"
#include "contract/protocol.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// The websocket block: where browsers come in. Source: nats-server server/opts.go (WebsocketOpts,
// parseWebsocket), server/websocket.go (validateWebsocketOptions)
namespace broker {

struct Options;

struct WebsocketOptions {
  std::string host = contract::kDefaultHost;
  int port = 0;                // 0: no websockets; -1: any free one
  std::string advertise = {};  // "host[:port]", told instead of host and port
  std::optional<ClientTlsOptions> tls = {};
  bool no_tls = false;
  bool same_origin = false;
  std::vector<std::string> allowed_origins = {};
  bool compression = false;
  base::nanoseconds handshake_timeout{0};  // 0: none
  std::vector<std::pair<std::string, std::string>> headers = {};

  // Who comes in: with any of user, token and no_auth_user these hold instead of the server's.
  std::string user = {};
  std::string password = {};
  std::string token = {};
  std::string no_auth_user = {};
  std::optional<base::nanoseconds> auth_timeout = {};
  std::string jwt_cookie = {};
  std::string user_cookie = {};
  std::string password_cookie = {};
  std::string token_cookie = {};
  std::optional<base::nanoseconds> ping_interval = {};  // none: as for all clients

  bool enabled() const { return port != 0; }

  bool operator==(const WebsocketOptions&) const = default;
};

void apply_websocket(const contract::ConfField& block, Options& options, ConfReport& report);

base::Result<void> validate_websocket(const Options& options);

// Whether anything but certificates is another: a reload does not change that.
bool differ(const WebsocketOptions& one, const WebsocketOptions& other);

// In a line, without passwords.
std::string shown(const WebsocketOptions& websocket);

// What the block makes of the server's rules, of its limits, and of those who come in.
AuthRules websocket_auth(const Options& options);
ClientLimits websocket_limits(const Options& options);
GateTerms gate_terms(const WebsocketOptions& websocket, std::shared_ptr<const TlsContext> tls);
std::unique_ptr<const Cookies> read_cookies(const WebsocketOptions& websocket,
                                            const Upgrade& upgrade);

}  // namespace broker
