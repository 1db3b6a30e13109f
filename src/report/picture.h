#pragma once

#include "report/cluster_table.h"
#include "report/terminal.h"
#include "run/run_state.h"

#include <map>
#include <string>
#include <vector>

namespace report {

// What the live view of a run shows: a fold over events and looks.
struct Picture {
  run::RunState state;
  watch::Snapshot snapshot;
  std::vector<std::string> servers;  // the members in the plan's order, the temporary node last
  std::string temp_node;
  std::map<std::string, base::nanoseconds> forecast;  // by step
  std::vector<base::Json> readings;  // of the gate that is waited for, the last ones
  std::string waits_for;             // a sentence
  base::WallTime step_began;

  void apply(const run::Event& event);
};

// Pure. Some ten lines: where the run is, the step in hand and the gate it waits for with values,
// time spent and forecast, and a table of the servers.
std::vector<std::string> draw(const Picture& picture, base::WallTime now, const Terminal& terminal);

}  // namespace report
