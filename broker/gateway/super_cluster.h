#pragma once

#include "broker/cluster/mesh.h"
#include "broker/exchange/gateway_door.h"
#include "broker/gateway/far_interest.h"
#include "broker/gateway/gateway_table.h"
#include "broker/gateway/known_clusters.h"
#include "broker/gateway/settings.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

// What all gateway connections of a server share, and the exchange's way out to other clusters.
namespace broker {

// What this server says of itself. Plain; the server fills it.
struct GatewayIdentity {
  std::string server_id = {};
  std::string server_name = {};
  std::string version = {};
  std::string host = {};  // where others reach us, when we are bound to every address
  bool headers = true;
  std::int64_t max_payload = contract::kMaxPayloadBytes;
  std::size_t max_control_line = contract::kMaxControlLineBytes;
  std::size_t max_pending = contract::kMaxPendingBytes;
};

// How gateways are secured: our own, and those of clusters with a tls block of their own.
struct GatewayTls {
  std::shared_ptr<const TlsContext> own = {};                             // null: they are not
  std::map<std::string, std::shared_ptr<const TlsContext>> remotes = {};  // by cluster

  std::shared_ptr<const TlsContext> to(const std::string& cluster) const {
    const auto found = remotes.find(cluster);
    return found == remotes.end() ? own : found->second;
  }
};

// Threads: any, once the hooks are set, unless a line says more.
class SuperCluster final : public GatewayDoor {
 public:
  SuperCluster(Surroundings surroundings, GatewayIdentity identity, GatewaySettings settings);

  // Set before the first connection. Called on any worker's thread.
  struct Hooks {
    std::function<void(const std::string& cluster)> found;  // one to dial
    std::function<void(const std::string& cluster)> lost;   // our connection to it has gone
    std::function<void(const std::string& line)> tell_routes;
    std::function<bool(const std::string& name)> is_member;  // a server of our own cluster
  };

  void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }

  const Hooks& hooks() const { return hooks_; }

  const Surroundings& around() const { return around_; }

  const GatewayIdentity& identity() const { return identity_; }

  const GatewaySettings& settings() const { return settings_; }  // they never change

  GatewayTls tls() const;
  void set_tls(GatewayTls tls);

  void set_address(const Address& listening);  // where the listener ended up
  Address address() const;

  GatewayTable& table() { return table_; }

  KnownClusters& known() { return known_; }

  const KnownClusters& known() const { return known_; }

  FarInterest& interest() { return interest_; }

  // "host:port", where other clusters reach us, and all servers of our cluster.
  std::string url() const;
  std::vector<std::string> urls() const;

  // Servers of our cluster come and go: who dialled us is told where all of them are.
  void add_url(const std::string& url);
  void remove_url(const std::string& url);

  contract::ServerInfo info() const;  // what we say of ourselves to other clusters
  contract::RouteConnect connect(const contract::Url& dialled) const;

  // Somebody spoke of another cluster: it is dialled, when it is new and may be.
  void hear_of(const contract::ServerInfo& info);

  // The lines by which we speak of the clusters that we know.
  std::vector<std::string> gossip_for(std::string_view cluster) const;  // to one of its servers
  std::vector<std::string> gossip_for_route();
  std::string gossip_of(const std::string& cluster, const std::vector<std::string>& urls) const;

  bool is_name_taken(const std::string& server_name) const;

  // Says a line on a connection, from any thread.
  void say(const FarServer& server, std::string line) const;

  // GatewayDoor
  unsigned send(const Leaving& leaving) override;

 private:
  void tell_urls();
  unsigned write(const Leaving& leaving, const std::vector<FarInterest::Copy>& copies);

  const Surroundings around_;
  const GatewayIdentity identity_;
  const GatewaySettings settings_;
  GatewayTable table_;
  KnownClusters known_;
  FarInterest interest_;
  Hooks hooks_;
  mutable std::mutex mutex_;
  GatewayTls tls_;                   // guarded by mutex_
  Address address_;                  // guarded by mutex_
  std::map<std::string, int> urls_;  // how often each was said; guarded by mutex_
};

}  // namespace broker
