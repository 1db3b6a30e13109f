#pragma once

#include "base/units.h"
#include "broker/net/tls_context.h"
#include "contract/protocol.h"
#include "contract/url.h"

#include <optional>
#include <string>
#include <vector>

namespace broker {

// Another cluster, as the gateway block names it. Plain.
struct RemoteCluster {
  std::string name = {};
  std::vector<contract::Url> urls = {};  // any of its servers
  std::optional<TlsSettings> tls = {};   // none: as our own gateways

  bool operator==(const RemoteCluster&) const = default;
};

// The gateway block. Plain; the server fills it from its options.
// Source: nats-server server/opts.go (GatewayOpts)
struct GatewaySettings {
  std::string name = {};  // of our cluster; empty: no gateways
  std::string host = contract::kDefaultHost;
  int port = 0;  // 0: no gateways; -1: any free one

  std::string user = {};  // what dialling servers must say; empty: nothing
  std::string password = {};
  base::nanoseconds auth_timeout = contract::kAuthTimeout;

  std::optional<TlsSettings> tls = {};  // both sides of a gateway show certificates

  std::vector<RemoteCluster> remotes = {};  // may hold ourselves
  bool reject_unknown = false;              // clusters that are not in `remotes` stay outside
  std::string advertise = {};               // "host:port" for servers that dial us; empty: as bound
  int connect_retries = 0;                  // of clusters that were learned from others
  bool connect_backoff = false;             // wait twice as long after each try, up to 30 s

  base::nanoseconds ping_interval = contract::kGatewayPingInterval;
  int ping_max = contract::kMaxPingsOut;
  std::optional<base::nanoseconds> write_deadline = {};  // none: as for clients
  int connect_error_reports = contract::kConnectErrorReports;
  int reconnect_error_reports = contract::kReconnectErrorReports;

  bool enabled() const { return !name.empty() && port != 0; }

  bool operator==(const GatewaySettings&) const = default;
};

}  // namespace broker
