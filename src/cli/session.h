#pragma once

#include "actions/preflight.h"
#include "base/clock.h"
#include "cli/command.h"
#include "exec/executor.h"
#include "playbook/outlook.h"
#include "playbook/playbook.h"
#include "run/machinery.h"
#include "watch/watcher.h"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {

// A plan and the world around it: what every command about a cluster needs.
struct Session {
  const Globals& globals;
  std::unique_ptr<base::Clock> clock;
  plan::Plan plan;
  std::map<std::string, std::unique_ptr<exec::Executor>>
      executors;                            // members and the temporary node
  std::unique_ptr<watch::Watcher> watcher;  // watches all of them

  Session(const Globals& options, plan::Plan wanted);

  // The cluster as it shows itself now.
  plan::ClusterView view();

  // The names of the members, in the plan's order; the temporary node last.
  std::vector<std::string> servers() const;

  // Reads the plan. Prints every mistake and gives nothing when there are any: exit code 2.
  static std::unique_ptr<Session> open(const Globals& globals, const std::string& plan_file);
};

// The playbook that the plan names, or `instead`. Prints every mistake.
std::optional<playbook::Playbook> load_playbook(const plan::Plan& plan, const std::string& instead);

}  // namespace cli
