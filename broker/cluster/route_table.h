#pragma once

#include "broker/exchange/destination.h"
#include "contract/server_info.h"
#include "contract/url.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The servers we hold, each by one connection.
//
// Two servers that list each other dial each other at once. Each keeps the connection it registered
// first and closes the other; when each kept a different one both go, and the random part of the
// delay before the next try (solicitor.h) breaks the tie.
// Source: nats-server server/route.go (addRoute); reference of the wire: registration.
//
// Threads: any; one lock.
namespace broker {

// A server on the other end of a route.
struct Peer {
  contract::ServerInfo info = {};  // as it introduced itself
  std::shared_ptr<Destination> to = {};
  std::string ip = {};  // where the connection comes from or goes to
  bool did_solicit = false;
  bool lame_duck = false;
  std::vector<contract::Url> configured =
      {};  // configured routes that lead here: dialled again when it goes
};

class RouteTable {
 public:
  enum class Outcome { registered, already_connected };

  // With `already_connected`, the configured routes of `peer` move to the one that is here.
  Outcome add(const Peer& peer);

  // The peer held by this connection, which is forgotten; empty when it was never registered.
  std::optional<Peer> remove(const Destination& connection);

  // A configured route turned out to lead to a server that is here: it is dialled again when that
  // one goes. False when it has gone meanwhile.
  bool adopt(std::string_view server_id, const contract::Url& route);

  bool has(std::string_view server_id) const;
  std::optional<Peer> find(const Destination& connection) const;
  std::vector<Peer> all() const;  // in the order of registration
  std::size_t size() const;

  // Marks the peer as a lame duck: its clients' addresses no longer count. False when it was one.
  bool mark_lame_duck(const Destination& connection);

  bool ever_had_one() const;

 private:
  mutable std::mutex mutex_;
  std::vector<Peer> peers_;  // guarded by mutex_
  bool ever_ = false;        // guarded by mutex_
};

}  // namespace broker
