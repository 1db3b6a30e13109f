#pragma once

#include "base/result.h"
#include "broker/gateway/super_cluster.h"
#include "broker/leaf/leaf_common.h"
#include "broker/net/tls_context.h"
#include "broker/server/conf_report.h"

#include <memory>
#include <optional>

// The tls blocks: of clients, of the cluster, and of gateways.
namespace broker {

struct Options;

// What a tls block says at the clients' door.
struct ClientTlsOptions {
  TlsSettings settings = {};
  bool map = false;  // verify_and_map
  std::optional<base::nanoseconds> handshake_first = {};

  bool operator==(const ClientTlsOptions&) const = default;
};

// Who dials in: some keys make sense for some of them only.
enum class TlsDoor { clients, routes, others };

// The first mistake ends the block, as in nats-server. What is not understood is refused when a
// server that ignored it would be less secure.
ClientTlsOptions read_tls_block(const contract::ConfField& block,
                                ConfReport& report,
                                TlsDoor door = TlsDoor::others);

// The certificates that options name, read now.
struct LoadedTls {
  std::shared_ptr<const TlsContext> clients = {};  // null: none asked for
  std::shared_ptr<const TlsContext> routes = {};
  std::shared_ptr<const TlsContext> websockets = {};
  GatewayTls gateways = {};
  LeafTls leafs = {};
};

base::Result<LoadedTls> load_tls(const Options& options);

}  // namespace broker
