#pragma once

#include "broker/accounts/account.h"
#include "broker/cluster/cluster_name.h"
#include "broker/cluster/route_table.h"
#include "broker/cluster/settings.h"
#include "broker/exchange/exchange.h"
#include "broker/exchange/worker.h"
#include "broker/net/socket.h"
#include "broker/net/tls_context.h"
#include "broker/sessions/close_reason.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

// What all route sessions of a server share.
namespace broker {

// What the cluster stands on. Outlives it.
struct Surroundings {
  Workers& workers;
  Exchange& exchange;
  AccountTable& accounts;
  std::atomic<std::uint64_t>& ids;  // rids and cids, one counter
};

// What this server says of itself. Plain; the server fills it.
struct ClusterIdentity {
  std::string server_id = {};
  std::string server_name = {};
  std::string version = {};
  bool headers = true;
  std::int64_t max_payload = contract::kMaxPayloadBytes;
  std::size_t max_control_line = contract::kMaxControlLineBytes;
  std::size_t max_pending = contract::kMaxPendingBytes;
  std::vector<std::string> client_urls = {};     // "host:port" where our clients come in
  std::vector<std::string> websocket_urls = {};  // likewise those in browsers
  std::vector<std::string> leafnode_urls = {};   // likewise leaf nodes
};

// How a dialled connection came about.
struct Dialled {
  contract::Url url = {};
  bool configured = false;  // otherwise learned from another server
};

// What became of a route when it closed.
struct RouteEnd {
  enum class Cause {
    lost,       // it may be dialled again
    self,       // it led to ourselves
    duplicate,  // its server is here by another connection
  };

  Cause cause = Cause::lost;
  std::optional<Dialled> dialled = {};
  std::optional<Peer> peer = {};  // when it had been registered
  base::nanoseconds lived{0};     // from the first byte to the close
};

// What routes have to do with gateways (broker/gateway), which know of each other cluster as a
// whole. Called on any worker's thread.
struct GatewayHooks {
  std::string url = {};                                         // where this server's are
  std::function<void(const Peer&)> joined = {};                 // a server of our cluster is here
  std::function<void(const Peer&)> left = {};                   // ... and has gone
  std::function<void(const contract::ServerInfo&)> heard = {};  // it spoke of another cluster
};

// Threads: any, once the hooks are set, unless a line says more.
class Mesh {
 public:
  Mesh(Surroundings surroundings, ClusterIdentity identity, ClusterSettings settings);

  // Set before the first route. Called on any worker's thread.
  struct Hooks {
    std::function<void()> changed;                              // name, peers or their addresses
    std::function<void(const RouteEnd&)> ended;                 // a route has closed
    std::function<void(const contract::ServerInfo&)> heard_of;  // of a server that is not connected
  };

  void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }

  // Before the first route. Null functions: this server has no gateways.
  void set_gateways(GatewayHooks hooks) { gateways_ = std::move(hooks); }

  const GatewayHooks& gateways() const { return gateways_; }

  const Surroundings& around() const { return around_; }

  const ClusterIdentity& identity() const { return identity_; }

  std::shared_ptr<const ClusterSettings> settings() const;
  void set_settings(ClusterSettings settings);

  // How routes are secured from now on; null: they are not.
  std::shared_ptr<const TlsContext> tls() const;
  void set_tls(std::shared_ptr<const TlsContext> context);

  void set_address(const Address& listening);  // where the listener ended up
  Address address() const;

  RouteTable& table() { return table_; }

  const RouteTable& table() const { return table_; }

  std::string name() const { return name_.text(); }

  bool has_dynamic_name() const { return name_.is_dynamic(); }

  contract::ServerInfo info() const;       // what we say of ourselves to routes
  contract::RouteConnect connect() const;  // what we say to a server we dial

  // Compares names with a peer's. When ours is given up, every route but `by` is closed: their
  // servers come back and hear the new name.
  ClusterName::Verdict agree_on_name(std::string_view theirs, bool dynamic, const Destination& by);

  void enter_lame_duck();  // from now on info() says so, and every peer is told

  bool is_lame_duck() const { return lame_duck_; }

  // Says a line on a peer's route, from any thread.
  void say(const Peer& peer, std::string line) const;
  void close(const Peer& peer, CloseReason reason) const;

  void tell_changed() const { hooks_.changed(); }

  void tell_ended(const RouteEnd& end) const { hooks_.ended(end); }

  void tell_heard_of(const contract::ServerInfo& info) const { hooks_.heard_of(info); }

 private:
  const Surroundings around_;
  const ClusterIdentity identity_;
  ClusterName name_;
  RouteTable table_;
  Hooks hooks_;
  GatewayHooks gateways_;
  std::atomic<bool> lame_duck_{false};
  mutable std::mutex mutex_;
  std::shared_ptr<const ClusterSettings> settings_;  // guarded by mutex_
  std::shared_ptr<const TlsContext> tls_;            // guarded by mutex_
  Address address_;                                  // guarded by mutex_
};

}  // namespace broker
