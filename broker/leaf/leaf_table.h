#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/destination.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

// One leaf connection that is bound to an account.
struct LeafPeer {
  std::shared_ptr<Destination> to = {};  // its LeafSide is known
  std::string server = {};               // the name of the server at the other end
  const Account* account = nullptr;      // ours
  std::string remote_account = {};       // what it calls its own; empty: an old server
  bool dialled = false;
};

// The leaf connections we hold. Threads: any; one lock.
class LeafTable {
 public:
  // A server that comes in again, for the same account, has lost its connection before we noticed:
  // returns the old one, which is to go. Source: nats-server server/leafnode.go
  // (addLeafNodeConnection)
  std::optional<LeafPeer> add(const LeafPeer& peer);

  void remove(const Destination& connection);

  // Whether a leaf node of that cluster is below us in that account: to dial the same cluster as
  // our hub would be a loop.
  bool has_below(const Account& account, std::string_view cluster) const;

  std::vector<LeafPeer> all() const;  // in the order of coming
  std::size_t size() const;

 private:
  mutable std::mutex mutex_;
  std::vector<LeafPeer> peers_;  // guarded by mutex_
};

}  // namespace broker
