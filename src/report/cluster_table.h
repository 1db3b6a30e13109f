#pragma once

#include "report/table.h"
#include "watch/sample.h"

#include <map>
#include <string>
#include <vector>

// The servers of a cluster, one a row, as `natsctl status` and the live view show them. Pure.
namespace report {

// What is said of a node beside what it shows itself: "done", "in hand", "temporary".
using Notes = std::map<std::string, std::string>;

// How long a drain of a node would take, and how: "12s in rounds". Empty: it is not told.
using Drains = std::map<std::string, std::string>;

// One row a node, in the order of `nodes`.
//   server  version  state  [note]  clients  [drain]  in/out msgs  uptime  routes
Table cluster_table(const std::vector<std::string>& nodes,
                    const watch::Snapshot& snapshot,
                    const Notes& notes,
                    const Terminal& terminal,
                    const Drains& drains = {});

// "ok", "not ready" (starting, or in lame duck), "unwell", "down", "unknown".
std::string state_of(const watch::Sample* sample);

// The servers it has routes to, by the names that the others report: "B, C".
std::string routes_of(const watch::Sample& sample, const watch::Snapshot& snapshot);

// The whole as JSON, for `natsctl status --output json`.
base::Json cluster_json(const std::vector<std::string>& nodes,
                        const watch::Snapshot& snapshot,
                        const Drains& drains = {});

}  // namespace report
