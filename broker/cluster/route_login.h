#pragma once

#include "broker/cluster/settings.h"
#include "contract/server_info.h"

#include <optional>

// Who may join as a route, for the side that was dialled.
namespace broker {

// Whether CONNECT, or the certificate shown, must say who it is.
bool asks_who_joins(const ClusterSettings& settings);

// With verify_cert_and_check_known_urls or verify_and_map the certificate alone decides, else user
// and password do. Source: nats-server server/auth.go (isRouterAuthorized)
bool may_join(const ClusterSettings& settings,
              const contract::RouteConnect& connect,
              const std::optional<TlsPeer>& peer);

}  // namespace broker
