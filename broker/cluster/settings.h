#pragma once

#include "base/units.h"
#include "broker/cluster/compression.h"
#include "broker/net/tls_context.h"
#include "contract/protocol.h"
#include "contract/server_info.h"
#include "contract/url.h"

#include <optional>
#include <string>
#include <vector>

namespace broker {

// The cluster block and the flags that override it. Plain; the server fills it from its options.
// Source: nats-server server/opts.go (ClusterOpts)
struct ClusterSettings {
  std::string name = {};  // empty: a dynamic one is made up and may be given up for another's
  std::string host = contract::kDefaultHost;
  int port = 0;  // 0: no cluster; -1: any free one

  std::string user = {};  // what dialling servers must say; empty: nothing
  std::string password = {};
  base::nanoseconds auth_timeout = contract::kAuthTimeout;

  std::optional<TlsSettings> tls = {};  // both sides of a route show certificates
  bool map_certificates = false;        // a name in them stands for user and password

  std::optional<contract::SubjectPermissions> import_permissions = {};
  std::optional<contract::SubjectPermissions> export_permissions = {};

  std::vector<contract::Url> routes = {};  // to dial; may hold ourselves
  std::string advertise = {};    // "host:port" for peers that dial us back; empty: as bound
  bool no_advertise = false;     // peers are not told our clients' addresses
  int connect_retries = 0;       // of routes that were learned from others
  bool connect_backoff = false;  // wait twice as long after each try, up to 30 s

  base::nanoseconds ping_interval = contract::kRoutePingInterval;
  int ping_max = contract::kMaxPingsOut;
  base::nanoseconds write_deadline = contract::kWriteDeadline;
  int connect_error_reports = contract::kConnectErrorReports;
  int reconnect_error_reports = contract::kReconnectErrorReports;

  RouteCompression compression = {};

  bool enabled() const { return port != 0; }

  bool operator==(const ClusterSettings&) const = default;
};

}  // namespace broker
