#pragma once

#include "actions/crowd.h"
#include "base/clock.h"
#include "base/result.h"
#include "exec/executor.h"
#include "plan/plan.h"
#include "playbook/step.h"
#include "watch/watcher.h"

#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

// What a step does. An action is a row of action_table.h and a file of its own; it answers: is it
// done already (probe), do it (apply). How it is seen to have worked is the step's gate; how it is
// taken back is the playbook's `recover` list, made of the same actions.
namespace actions {

enum class Applied { no, partly, yes };

// All that an action may use.
struct Context {
  const plan::Plan& plan;
  const playbook::Step& step;
  const watch::Baseline& before;
  std::map<std::string, std::unique_ptr<exec::Executor>>&
      executors;  // by node name, the temporary one included
  watch::Watcher& watcher;
  base::Clock& clock;
  std::stop_token stop;  // requested: leave as soon as nothing is half done
  std::string run_id;
  bool temp_node_expected = false;  // C was added and not yet removed: it is part of the mesh
  std::function<void(const std::string& sentence)> say;  // what is being waited for, for people
  // What stays to be known when the step is done: in the journal and in the report.
  std::function<void(const std::string& sentence)> remark = [](const std::string&) {};
  // Whose clients were sent away in this run, and who they were. Natsctl's own memory, without
  // which a resumed run goes on; null: nothing is to be remembered.
  std::map<std::string, Clients>* sent_away = nullptr;
};

struct Action {
  std::string name;
  std::string meaning;
  std::vector<std::string> arguments;
  bool for_a_node = false;
  bool changes = false;  // the cluster or a machine; false: may run again freely
  bool moves = false;    // clients: done under the locks, with nothing to take back
  std::function<base::Result<Applied>(Context&)> probe;
  std::function<base::Result<void>(Context&)> apply;
  // What a person would type, line by line, for the runbook; {…} filled in.
  std::function<std::vector<std::string>(const plan::Plan&, const playbook::Step&)> by_hand;
};

}  // namespace actions
