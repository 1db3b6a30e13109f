#pragma once

#include "contract/conf_value.h"
#include "contract/links.h"
#include "contract/monitoring.h"
#include "plan/plan.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// A first plan of a cluster that runs. Pure: what was seen goes in, a plan with remarks for the
// person who will finish it comes out.
namespace plan {

// What one server showed.
struct Observed {
  Address monitor;  // where it was asked
  contract::Varz varz;
  std::optional<contract::RoutePeers> routez = {};

  // Of its process, when it runs on this machine or on one that was asked over ssh.
  std::vector<std::string> command = {};         // its whole command line
  fs::path binary = {};                          // the program, links resolved
  fs::path folder = {};                          // where it runs: its relative paths start there
  std::optional<contract::ConfValue> conf = {};  // of its conf file, as far as it can be read
  ExecutorSpec executor = {};                    // how its machine is reached; dir is left open

  // Of a container or a Pod: where its ports are reached, by the port inside; its own address, or
  // name, when it has one; its image.
  std::map<int, Address> published = {};
  std::string address = {};
  std::string image = {};
};

// What the operator said beside it.
struct Wishes {
  fs::path file;        // where the plan is to lie
  std::string version;  // of the release wanted; empty: what runs now
  fs::path binary = {};
  std::string image = {};  // of that release, for containers
  // Whether a port of this machine may be the temporary node's; empty: each may that no member has.
  std::function<bool(int port)> is_free = {};
};

struct Discovered {
  Plan plan;
  std::map<std::string, std::string> comments;  // for write_plan()
  std::vector<std::string> remarks;             // what no plan can say: a server that was not asked
};

// A server seen twice is taken once. Nodes are in the order of their names.
Discovered discover(const std::vector<Observed>& servers, const Wishes& wishes);

// What a server's command line says of a plan's node.
struct CommandLine {
  fs::path config;
  fs::path pid_file;
  std::vector<std::string> args;  // without the conf file; what writes the pid file stays
};

CommandLine read_command_line(const std::vector<std::string>& command, const fs::path& folder);

}  // namespace plan
