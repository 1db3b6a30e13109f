#include "contract/links.h"

#include <algorithm>

namespace contract {

namespace {

using base::Error;
using base::ErrorCode;
using base::Json;
using base::Result;

Result<std::string> server_id_in(const Json& json, const char* what) {
  const auto* id = json.find("server_id");
  if (id && id->is_text()) return id->text();
  return Error(ErrorCode::protocol, std::string(what) + ": no answer of a NATS server");
}

}  // namespace

Result<RoutePeers> RoutePeers::from_json(const Json& json) {
  RoutePeers routes{.server_id = TRY(server_id_in(json, "/routez"))};
  std::map<std::string, std::size_t> places;  // by remote_id
  for (const auto& route : json["routes"].items()) {
    const auto id = route["remote_id"].text();
    const auto [place, is_new] = places.try_emplace(id, routes.peers.size());
    if (is_new) {
      auto& peer = routes.peers.emplace_back(RoutePeer{.remote_id = id, .ip = route["ip"].text()});
      if (const auto* name = route.find("remote_name")) peer.remote_name = name->text();
    }
    auto& peer = routes.peers[place->second];
    ++peer.connections;
    if (route["account"].text().empty()) ++peer.in_pool;
    peer.newest = std::max(peer.newest, route["rid"].unsigned_integer());
  }
  return routes;
}

Result<Gatewayz> Gatewayz::from_json(const Json& json) {
  Gatewayz gatewayz{.server_id = TRY(server_id_in(json, "/gatewayz")), .name = json["name"].text()};
  for (const auto& [cluster, remote] : json["outbound_gateways"].fields())
    gatewayz.outbound[cluster] = remote["connection"]["name"].text();
  return gatewayz;
}

Result<Leafz> Leafz::from_json(const Json& json) {
  Leafz leafz{.server_id = TRY(server_id_in(json, "/leafz"))};
  for (const auto& one : json["leafs"].items()) {
    LeafInfo leaf{.name = one["name"].text(), .account = one["account"].text()};
    if (const auto* spoke = one.find("is_spoke")) leaf.is_spoke = spoke->boolean();
    leafz.leafs.push_back(std::move(leaf));
  }
  return leafz;
}

}  // namespace contract
