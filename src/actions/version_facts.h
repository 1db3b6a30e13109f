#pragma once

#include "actions/preflight.h"
#include "rules/facts.h"

#include <string>
#include <vector>

namespace actions {

// What the rules are judged by, as the cluster, the confs and the plan show it. Streams are told by
// each of their servers; they are known when every server with JetStream told of all of its own.
rules::Facts version_facts(const plan::Plan& plan, const watch::Snapshot& now);

// What the program that runs on each node says of the node's conf file, when it is another release
// than the plan's: it is the one that comes back when the new one fails. `unknown` gets a finding
// for each node that could not be asked.
void ask_running_programs(rules::Facts& facts,
                          const plan::Plan& plan,
                          Executors& executors,
                          std::vector<Finding>& unknown);

}  // namespace actions
