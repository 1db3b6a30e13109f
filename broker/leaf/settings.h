#pragma once

#include "base/units.h"
#include "broker/accounts/authenticator.h"
#include "broker/net/tls_context.h"
#include "contract/protocol.h"
#include "contract/url.h"

#include <optional>
#include <string>
#include <vector>

namespace broker {

// One hub that we dial. Source: nats-server server/opts.go (RemoteLeafOpts)
struct LeafRemoteSettings {
  std::vector<contract::Url> urls = {};
  std::string account = {};      // ours; empty: $G
  std::string credentials = {};  // a file with a user's JWT and seed
  std::string seed = {};         // of a user's nkey
  std::optional<TlsSettings> tls = {};
  bool handshake_first = false;
  bool hub = false;  // we are the hub, although we dial
  std::vector<std::string> deny_imports = {};
  std::vector<std::string> deny_exports = {};
  bool randomize = true;           // which address comes first
  bool ignore_discovered = false;  // only the configured addresses
  bool isolate = false;            // the other end hears nothing of our other leaf nodes
  bool request_isolation = false;  // and we want to hear nothing of its
  bool disabled = false;           // not dialled
  base::nanoseconds first_info_timeout = contract::kLeafFirstInfoTimeout;
  base::nanoseconds dial_timeout{0};  // 0: that of all remotes

  bool operator==(const LeafRemoteSettings&) const = default;
};

// The leafnodes block. Plain; the server fills it from its options.
// Source: nats-server server/opts.go (LeafNodeOpts)
struct LeafSettings {
  std::string host = contract::kDefaultHost;
  int port = 0;                // 0: no door; -1: any free one
  std::string advertise = {};  // "host:port" for leaf nodes; empty: as bound
  bool no_advertise = false;   // other servers are not told our address

  // Who comes in: none of these, then as clients do.
  std::vector<User> users = {};  // a single user or nkey, too
  bool single = false;           // ... which it is
  std::string account = {};      // of who comes without any credentials; empty: $G
  base::nanoseconds auth_timeout = contract::kAuthTimeout;

  std::optional<TlsSettings> tls = {};
  bool map_certificates = false;
  std::optional<base::nanoseconds> handshake_first = {};  // as at the clients' door

  std::string min_version = {};         // leaf nodes older than that are sent away
  bool isolate = false;                 // leaf nodes hear nothing of each other's interest
  base::nanoseconds write_deadline{0};  // 0: as for clients

  std::vector<LeafRemoteSettings> remotes = {};
  base::nanoseconds reconnect = contract::kLeafReconnectDelay;
  base::nanoseconds dial_timeout = contract::kRouteDialTimeout;
  int connect_error_reports = contract::kConnectErrorReports;  // one log line in so many tries
  int reconnect_error_reports = contract::kReconnectErrorReports;

  bool listens() const { return port != 0; }

  bool enabled() const { return listens() || !remotes.empty(); }

  bool operator==(const LeafSettings&) const = default;
};

}  // namespace broker
