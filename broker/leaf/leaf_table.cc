#include "broker/leaf/leaf_table.h"

#include <algorithm>

namespace broker {

namespace {

bool is_same(const LeafPeer& old, const LeafPeer& fresh) {
  return !old.dialled && old.server == fresh.server && old.account == fresh.account &&
         old.to->leaf->cluster == fresh.to->leaf->cluster &&
         old.remote_account == fresh.remote_account;
}

}  // namespace

std::optional<LeafPeer> LeafTable::add(const LeafPeer& peer) {
  const std::lock_guard lock(mutex_);
  std::optional<LeafPeer> old;
  if (!peer.dialled && !peer.server.empty() && !peer.remote_account.empty()) {
    const auto known = std::find_if(
        peers_.begin(), peers_.end(), [&](const LeafPeer& each) { return is_same(each, peer); });
    if (known != peers_.end()) old = *known;
  }
  peers_.push_back(peer);
  return old;
}

void LeafTable::remove(const Destination& connection) {
  const std::lock_guard lock(mutex_);
  std::erase_if(peers_, [&](const LeafPeer& each) { return each.to.get() == &connection; });
}

bool LeafTable::has_below(const Account& account, std::string_view cluster) const {
  const std::lock_guard lock(mutex_);
  return std::any_of(peers_.begin(), peers_.end(), [&](const LeafPeer& each) {
    return !each.dialled && !each.to->leaf->hub && each.account == &account &&
           each.to->leaf->cluster == cluster;
  });
}

std::vector<LeafPeer> LeafTable::all() const {
  const std::lock_guard lock(mutex_);
  return peers_;
}

std::size_t LeafTable::size() const {
  const std::lock_guard lock(mutex_);
  return peers_.size();
}

}  // namespace broker
