#include "broker/cluster/gossip.h"

#include "broker/protocol/lines.h"

#include <algorithm>

namespace broker {

namespace {

std::vector<std::string> gathered(const Mesh& mesh,
                                  const std::vector<std::string>& own,
                                  std::vector<std::string> contract::ServerInfo::*theirs) {
  if (mesh.settings()->no_advertise || !mesh.table().ever_had_one()) return {};
  std::vector<std::string> urls;
  if (!mesh.is_lame_duck()) urls = own;
  for (const Peer& peer : mesh.table().all()) {
    if (peer.lame_duck) continue;
    for (const std::string& url : peer.info.*theirs) {
      if (std::find(urls.begin(), urls.end(), url) == urls.end()) urls.push_back(url);
    }
  }
  return urls;
}

}  // namespace

void introduce(const Mesh& mesh, const Peer& newcomer) {
  contract::ServerInfo info = newcomer.info;
  info.nonce.clear();
  info.gossip_mode = 0;
  if (info.ip.empty()) {
    info.ip = "nats-route://" + contract::HostPort{newcomer.ip, info.port}.text() + "/";
  }
  const std::string line = info_line(to_json(info).dump());
  for (const Peer& peer : mesh.table().all()) {
    if (peer.info.server_id != newcomer.info.server_id) mesh.say(peer, line);
  }
}

void hear_of(const Mesh& mesh, const contract::ServerInfo& info) {
  if (info.server_id == mesh.identity().server_id || mesh.table().has(info.server_id)) return;
  mesh.tell_heard_of(info);
}

contract::Url dial_address(const contract::ServerInfo& info) {
  contract::Url url;
  if (auto parsed = contract::Url::parse(info.ip); !info.ip.empty() && parsed) {
    url = *std::move(parsed);
  } else {
    url.host = info.host;
    url.port = info.port;
  }
  url.scheme = "nats-route";
  return url;
}

bool is_configured(const ClusterSettings& settings, const contract::Url& url) {
  return std::any_of(
      settings.routes.begin(), settings.routes.end(), [&](const contract::Url& route) {
        return route.host == url.host && route.port == url.port;
      });
}

std::vector<std::string> connect_urls(const Mesh& mesh) {
  return gathered(mesh, mesh.identity().client_urls, &contract::ServerInfo::connect_urls);
}

std::vector<std::string> websocket_urls(const Mesh& mesh) {
  return gathered(mesh, mesh.identity().websocket_urls, &contract::ServerInfo::ws_connect_urls);
}

std::vector<std::string> leafnode_urls(const Mesh& mesh) {
  std::vector<std::string> urls;
  for (const Peer& peer : mesh.table().all()) {
    for (const std::string& url : peer.info.leafnode_urls) {
      if (std::find(urls.begin(), urls.end(), url) == urls.end()) urls.push_back(url);
    }
  }
  return urls;
}

}  // namespace broker
