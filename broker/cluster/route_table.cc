#include "broker/cluster/route_table.h"

#include <algorithm>

namespace broker {

namespace {

auto by_id(std::string_view server_id) {
  return [server_id](const Peer& peer) { return peer.info.server_id == server_id; };
}

auto by_connection(const Destination& connection) {
  return [&connection](const Peer& peer) { return peer.to.get() == &connection; };
}

}  // namespace

RouteTable::Outcome RouteTable::add(const Peer& peer) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(peers_.begin(), peers_.end(), by_id(peer.info.server_id));
  if (known == peers_.end()) {
    peers_.push_back(peer);
    ever_ = true;
    return Outcome::registered;
  }
  known->configured.insert(known->configured.end(), peer.configured.begin(), peer.configured.end());
  return Outcome::already_connected;
}

std::optional<Peer> RouteTable::remove(const Destination& connection) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(peers_.begin(), peers_.end(), by_connection(connection));
  if (known == peers_.end()) return std::nullopt;
  Peer peer = std::move(*known);
  peers_.erase(known);
  return peer;
}

bool RouteTable::adopt(std::string_view server_id, const contract::Url& route) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(peers_.begin(), peers_.end(), by_id(server_id));
  if (known == peers_.end()) return false;
  known->configured.push_back(route);
  return true;
}

bool RouteTable::has(std::string_view server_id) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(peers_.begin(), peers_.end(), by_id(server_id));
}

std::optional<Peer> RouteTable::find(const Destination& connection) const {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(peers_.begin(), peers_.end(), by_connection(connection));
  return known == peers_.end() ? std::nullopt : std::optional(*known);
}

std::vector<Peer> RouteTable::all() const {
  const std::lock_guard lock(mutex_);
  return peers_;
}

std::size_t RouteTable::size() const {
  const std::lock_guard lock(mutex_);
  return peers_.size();
}

bool RouteTable::mark_lame_duck(const Destination& connection) {
  const std::lock_guard lock(mutex_);
  const auto known = std::find_if(peers_.begin(), peers_.end(), by_connection(connection));
  if (known == peers_.end() || known->lame_duck) return false;
  known->lame_duck = true;
  return true;
}

bool RouteTable::ever_had_one() const {
  const std::lock_guard lock(mutex_);
  return ever_;
}

}  // namespace broker
