#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

// What was seen of the cluster just now: the third input of compile(), beside plan and playbook.
namespace plan {

struct NodeView {
  bool reachable = false;
  std::string why_not = {};  // why it is not: a sentence
  std::string server_id = {};
  std::string version = {};
  std::string server_name = {};
  std::string cluster = {};
  int clients = 0;
  int remotes = 0;           // distinct servers it has routes to
  bool healthy = false;      // its /healthz is 200
  bool meta_leader = false;  // of JetStream's meta group
  bool jetstream = false;    // it has JetStream
  bool advertises = true;    // it tells its clients of the other servers

  bool operator==(const NodeView&) const = default;
};

struct ClusterView {
  std::map<std::string, NodeView>
      nodes;  // by the plan's node name; every node of the plan is in it

  bool operator==(const ClusterView&) const = default;
};

}  // namespace plan
