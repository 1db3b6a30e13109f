#pragma once

#include "broker/cluster/gossip.h"
#include "broker/cluster/mesh.h"
#include "broker/cluster/route_session.h"
#include "broker/cluster/solicitor.h"
#include "broker/net/listener.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

// The other servers: a full mesh, one connection to each.
//
//   Cluster cluster(around, identity, settings, [&] { server tells its clients cluster.state() });
//   TRY(cluster.listen());    // before the workers run
//   cluster.start();          // dials
//   ...
//   cluster.stop();           // dials no more; before Workers::stop()
//
// Threads: listen(), start() and the destructor on the server's thread while or after the workers
// do not run, start() also while they run; the rest from any thread. `changed` is called on
// workers' threads.
namespace broker {

// What clients are told.
struct ClusterState {
  std::string name = {};
  std::vector<std::string> connect_urls = {};    // ours first; empty before the first route
  std::vector<std::string> websocket_urls = {};  // likewise
  std::vector<std::string> leafnode_urls = {};   // where leaf nodes come in at other servers
  std::size_t remotes = 0;
};

class Cluster {
 public:
  Cluster(Surroundings around,
          ClusterIdentity identity,
          ClusterSettings settings,
          std::function<void()> changed);
  ~Cluster();  // the workers do not run any more

  base::Result<void> listen();
  void start();
  void stop();

  // Every peer is told that our clients are about to be sent away.
  void enter_lame_duck() { mesh_.enter_lame_duck(); }

  // Routes added are dialled, routes removed are closed; the rest holds for connections to come.
  // What cannot change while we run (name, host, port) stays.
  void reload(ClusterSettings settings);

  // Routes to come are secured so; those that are there stay as they are.
  void set_tls(std::shared_ptr<const TlsContext> context) { mesh_.set_tls(std::move(context)); }

  ClusterState state() const;

  // Before start().
  void set_gateways(GatewayHooks hooks) { mesh_.set_gateways(std::move(hooks)); }

  // A line for one other server, or for all.
  void say(const Peer& peer, std::string line) const { mesh_.say(peer, std::move(line)); }

  void say_to_all(const std::string& line) const;

  bool has_server(std::string_view name) const;  // among the others

  Address address() const { return mesh_.address(); }

  std::shared_ptr<const ClusterSettings> settings() const { return mesh_.settings(); }

  bool has_dynamic_name() const { return mesh_.has_dynamic_name(); }

  contract::ServerInfo info() const { return mesh_.info(); }

 private:
  Mesh mesh_;
  Worker& home_;  // where we listen and dial
  std::unique_ptr<Solicitor> solicitor_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace broker
