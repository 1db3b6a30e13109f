#pragma once

#include "broker/gateway/settings.h"

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

// Another cluster, and where its servers are.
struct KnownCluster {
  std::string name = {};
  bool configured = false;               // otherwise learned from others
  std::vector<contract::Url> urls = {};  // those of the configuration first, each once
};

// The other clusters that we know of: those of the configuration, for ever, and those that other
// servers told us of, until they cannot be reached.
// Source: nats-server server/gateway.go (gatewayCfg, processImplicitGateway, updateURLs)
//
// Threads: any; one lock.
class KnownClusters {
 public:
  explicit KnownClusters(const GatewaySettings& settings);  // our own among them is left out

  // Somebody told us of a cluster. True when it is new, and to be dialled.
  bool hear_of(const std::string& name, const std::vector<std::string>& urls);

  // A server of that cluster said where its servers are: what others told us before is forgotten.
  void update(const std::string& name, const std::vector<std::string>& urls);

  void forget(const std::string& name);  // nothing, when it is configured

  std::optional<KnownCluster> find(std::string_view name) const;
  std::vector<KnownCluster> all() const;

 private:
  struct Entry {
    bool configured = false;
    std::vector<contract::Url> written;  // in the configuration
    std::vector<contract::Url> urls;
  };

  static void add(std::vector<contract::Url>& to, const std::vector<std::string>& urls);

  const std::string own_name_;
  mutable std::mutex mutex_;
  std::map<std::string, Entry, std::less<>> clusters_;  // by name; guarded by mutex_
};

// "host:port" of each, as servers tell each other.
std::vector<std::string> addresses(const KnownCluster& cluster);

}  // namespace broker
