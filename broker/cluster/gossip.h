#pragma once

#include "broker/cluster/mesh.h"

#include <string>
#include <vector>

// Who is out there. A newcomer is told to every server that is here already, and these dial it: the
// newcomer is told of nobody. Its clients' address is told to our clients.
//
//   A -- B        C dials A:  A -> B "INFO of C";  B dials C
//
// We forward as 2.9 does, once for each server we register; what 2.10+ adds (gossip_mode) only
// spares duplicates, which are harmless. Source: nats-server server/route.go
// (forwardNewRouteInfoToKnownServers, processImplicitRoute)
namespace broker {

// `newcomer` has just been registered: every other peer hears of it.
void introduce(const Mesh& mesh, const Peer& newcomer);

// A peer sent the INFO of a third server. Tells the mesh's hook when it is one to dial.
void hear_of(const Mesh& mesh, const contract::ServerInfo& info);

// Where to dial a server that another one told us of.
contract::Url dial_address(const contract::ServerInfo& info);

// Whether the configuration has us dial that server anyway.
bool is_configured(const ClusterSettings& settings, const contract::Url& url);

// Where clients may go: our own addresses, then those of peers that are no lame ducks. Empty as
// long as there never was a route, and when clients are to be told nothing.
std::vector<std::string> connect_urls(const Mesh& mesh);

// Likewise for websocket clients.
std::vector<std::string> websocket_urls(const Mesh& mesh);

// Where leaf nodes may go, beside to us: the peers' doors for them.
std::vector<std::string> leafnode_urls(const Mesh& mesh);

}  // namespace broker
