#pragma once

#include "contract/conf_value.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What rules are judged by. What could not be had is absent: it is then taken for what makes a rule
// apply, and the finding says so.
namespace rules {

struct ServerFacts {
  std::string name;
  std::string cluster = {};
  std::string version = {};  // that it runs now; empty: not known
  std::optional<bool> jetstream = {};
  std::optional<int> pool_size = {};  // of its routes; 2.9 has none
  std::optional<contract::ConfValue> conf = {};
  std::map<std::string, std::string> refused_by = {};  // what a release's own -t said against it
};

// A stream, or a consumer of one.
struct AssetFacts {
  std::string name;  // "ACCOUNT > STREAM > CONSUMER"
  int level = 0;     // of the API that it requires: its metadata _nats.req.level
  std::set<std::string> uses =
      {};  // the keys of its configuration that are not as they always were
  int replicas = 1;
  bool mirror = false;
  std::uint64_t consumers = 0;
};

struct Facts {
  std::string target;  // the release that every server is to run
  std::vector<ServerFacts> servers = {};
  std::optional<std::vector<AssetFacts>> assets = {};
  bool must_return = false;  // the plan wants every server back on its release when a step fails
  std::set<std::string> accepted = {};  // ids of rules
};

}  // namespace rules
