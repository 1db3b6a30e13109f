#pragma once

#include "base/interrupt.h"
#include "plan/plan.h"
#include "report/terminal.h"
#include "report/views.h"
#include "run/exit_code.h"
#include "run/run_store.h"

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's own
class App;
}

// natsctl's commands: a table, of which help, completion and dispatch are made. A command is a row
// and a function that adds its options and says what to do with them.
namespace cli {

// What every command is given: the global options, and the signals.
struct Globals {
  report::Output output = report::Output::text;
  report::UseColour colour = report::UseColour::automatic;
  std::string log_level = "info";
  run::fs::path state_dir;  // never empty
  run::fs::path program;    // this natsctl, for what lies beside it
  plan::Access access;      // of the options; what is set there beats the plan's
  plan::Access system;      // likewise, in the system account
  const base::Interrupt* interrupt = nullptr;

  run::RunStore store() const { return run::RunStore(state_dir); }

  report::Terminal terminal() const { return report::Terminal::of_stdout(colour); }

  std::stop_token gentle() const { return interrupt->gentle(); }
};

// Carries a command out and returns natsctl's exit code.
using Run = std::function<int(const Globals&)>;

struct Command {
  std::string name;
  std::string summary;
  std::function<Run(CLI::App&)> define;  // adds the options; what it returns outlives the call
};

const std::vector<Command>& command_table();

// The rows, by file.
Command check_command();
Command plan_command();
Command runbook_command();
Command upgrade_command();
Command rehearse_command();
Command resume_command();
Command pause_command();
Command abort_command();
Command rollback_command();
Command add_temp_node_command();
Command remove_temp_node_command();
Command status_command();
Command drain_command();
Command rebalance_command();
Command up_command();
Command down_command();
Command discover_command();
Command runs_command();
Command report_command();
Command journal_command();
Command sub_command();
Command pub_command();
Command request_command();
Command schema_command();
Command completion_command();
Command version_command();

// To stdout and stderr, a line each.
void say(const std::string& line);
void complain(const std::string& line);

// Says what went wrong and returns `exit_code`.
int fail(const base::Error& error, int exit_code);

}  // namespace cli
