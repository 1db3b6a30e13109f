#pragma once

#include "base/json.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

// What a NATS server says of its connections to its cluster (/routez), to other clusters
// (/gatewayz) and to leaf nodes (/leafz), as far as a reader wants it who watches many servers: a
// server of a large mesh has hundreds of route connections. Read as in monitoring.h, where /routez
// is whole; what is not named here is left alone.
// Source: nats-server server/monitor.go; observed on 2.9.10, 2.10.27 and 2.15.1.
namespace contract {

// All route connections to one other server. A 2.10+ peer has several.
struct RoutePeer {
  std::string remote_id = {};
  std::optional<std::string> remote_name = {};  // 2.10+
  std::string ip = {};
  int connections = 0;
  int in_pool = 0;           // of these, those that serve more than one account
  std::uint64_t newest = 0;  // the highest rid: connections are numbered as they come
};

struct RoutePeers {
  std::string server_id = {};
  std::vector<RoutePeer> peers = {};  // in the order in which they are told

  static base::Result<RoutePeers> from_json(const base::Json& json);
};

struct Gatewayz {
  std::string server_id = {};
  std::string name = {};  // of its own cluster
  // By cluster, the id of the server there that it sends to. A server sends to one server of each
  // other cluster, and which one that is shows nothing.
  std::map<std::string, std::string> outbound = {};

  static base::Result<Gatewayz> from_json(const base::Json& json);
};

// One connection, as either end tells of it: there is one for each account that is bound.
struct LeafInfo {
  std::string name = {};              // of the server at the other end (2.10+)
  std::optional<bool> is_spoke = {};  // it was dialled from here (2.10+)
  std::string account = {};           // at this end
};

struct Leafz {
  std::string server_id = {};
  std::vector<LeafInfo> leafs = {};

  static base::Result<Leafz> from_json(const base::Json& json);
};

}  // namespace contract
