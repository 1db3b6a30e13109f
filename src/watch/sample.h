#pragma once

#include "base/clock.h"
#include "contract/monitoring.h"

#include <map>
#include <optional>
#include <string>

// What one node showed at one instant. What could not be had is absent, and absent is never good
// news.
namespace watch {

struct Sample {
  std::string node;
  base::Time taken;     // when the answers had all come
  std::string trouble;  // why something is absent: "connection refused"; empty: nothing is
  bool refused =
      false;  // nobody listens on the monitoring port: the server has ended, or never ran
  std::optional<contract::Varz> varz;
  std::optional<contract::Connz> connz;
  std::optional<contract::Routez> routez;
  std::optional<contract::Healthz> healthz;
  std::optional<base::Json> jsz;  // of a node with JetStream only
};

// The latest sample of every node that is watched.
struct Snapshot {
  std::map<std::string, Sample> nodes;

  const Sample* find(const std::string& node) const {
    const auto at = nodes.find(node);
    return at == nodes.end() ? nullptr : &at->second;
  }
};

// What a node was before we touched it: what "new server id" and "its clients moved" are judged
// against. Written to the journal before the first change, so that it outlives natsctl.
struct Before {
  std::string server_id = {};
  std::string version = {};
  int clients = 0;
  int cluster_clients = 0;  // of all servers together at that moment: what the others are to hold
  std::uint64_t server_pid = 0;

  bool operator==(const Before&) const = default;
};

using Baseline = std::map<std::string, Before>;

}  // namespace watch
