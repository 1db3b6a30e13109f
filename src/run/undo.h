#pragma once

#include "playbook/step.h"
#include "run/run_state.h"

#include <string>
#include <vector>

// Which steps take back what a run did. Pure.
namespace run {

// Puts one node back to what it was: the playbook's `recover` list for it. For the temporary node
// it is the plan's own remove-temp-node step without its gate: whether the cluster is whole is not
// C's question.
std::vector<playbook::Step> recovery_of(const playbook::Steps& steps, const std::string& node);

// Puts a node back that is done and serves: as it was drained on its way there, and then as above.
// Of a node that is in hand it is recovery_of().
std::vector<playbook::Step> way_back_of(const RunState& state, const std::string& node);

// The nodes that a rollback takes back, the last one touched first; the temporary node, which gives
// the clients of the others a place to go, comes last.
std::vector<std::string> nodes_to_roll_back(const RunState& state);

// Whether steps of the node are done that took its server down.
bool was_taken_down(const RunState& state, const std::string& node);

// A step that takes a server down, or comes before that; one that starts it.
bool takes_down(const playbook::Step& step);
bool starts(const playbook::Step& step);

// Whether anything that the run did still stands: the cluster, or a member, is not what it was.
bool changed_the_cluster(const RunState& state);

}  // namespace run
