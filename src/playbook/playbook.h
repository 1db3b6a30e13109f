#pragma once

#include "playbook/step.h"

#include <map>
#include <string>
#include <vector>

// The strategy: in what order, with which gates. Read from playbooks/*.yaml (playbook_reader.h).
namespace playbook {

// The words of a step's `when`: in a cluster that has JetStream only; where the plan names a user
// of the system account.
inline constexpr const char* kWhenJetStream = "jetstream";
inline constexpr const char* kWhenSystemAccount = "system-account";

struct StepTemplate {
  std::string action;
  std::map<std::string, std::string> args;  // values may hold {node} and {release.version}
  std::string gate;                         // a name in Playbook::gates; empty: none
  std::string when = {};                    // one of the words above; empty: always

  bool operator==(const StepTemplate&) const = default;
};

// Either one step for the whole cluster, or a list of steps for each node in turn.
struct Phase {
  std::vector<StepTemplate> steps;
  bool each_node = false;

  bool operator==(const Phase&) const = default;
};

struct Playbook {
  std::string name;
  std::string summary;
  std::vector<std::string> order;  // "unready-first", "cluster-by-cluster", "meta-leader-last",
                                   // "fewest-clients", "as-listed"
  std::vector<Phase> phases;
  std::vector<StepTemplate> recover;  // for the node whose step failed
  std::map<std::string, Gate> gates;  // a hold or within of 0 takes the plan's policy.gates

  bool operator==(const Playbook&) const = default;
};

}  // namespace playbook
