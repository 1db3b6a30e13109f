#pragma once

#include "broker/cluster/cluster.h"
#include "broker/gateway/caller.h"
#include "broker/gateway/super_cluster.h"
#include "broker/net/listener.h"

#include <atomic>
#include <memory>

// The other clusters: one connection to each, and those of their servers to us.
//
//   Gateways gateways(around, identity, settings);
//   gateways.set_tls(...);
//   TRY(gateways.listen());     // before the workers run
//   gateways.join(cluster);     // when there are other servers of ours; before cluster.start()
//   gateways.start();           // dials, a second later
//   ...
//   gateways.stop();            // dials no more; before Workers::stop()
//
// Threads: listen(), join(), start() and the destructor on the server's thread while or after the
// workers do not run, start() also while they run; the rest from any thread.
namespace broker {

class Gateways {
 public:
  Gateways(Surroundings around, GatewayIdentity identity, GatewaySettings settings);
  ~Gateways();  // the workers do not run any more

  base::Result<void> listen();
  void join(Cluster& cluster);
  void start();
  void stop();

  // Gateways to come are secured so; those that are there stay as they are.
  void set_tls(GatewayTls tls) { all_.set_tls(std::move(tls)); }

  // An account is known from now on.
  void account_added(Account& account);

  const GatewaySettings& settings() const { return all_.settings(); }

  Address address() const { return all_.address(); }

  // "host:port", where other clusters reach us.
  std::string url() const { return all_.url(); }

  contract::ServerInfo info() const { return all_.info(); }

  std::vector<KnownCluster> known() const { return all_.known().all(); }

 private:
  void on_route(const Peer& peer, bool joined);

  SuperCluster all_;
  Worker& home_;  // where we listen and dial
  std::unique_ptr<GatewayCaller> caller_;
  std::unique_ptr<Listener> listener_;
  std::atomic<Cluster*> cluster_{nullptr};  // null: we are alone
};

}  // namespace broker
