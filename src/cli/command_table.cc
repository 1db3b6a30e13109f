#include "cli/command.h"

#include <cstdio>

namespace cli {

const std::vector<Command>& command_table() {
  // In the order in which somebody meets them.
  static const std::vector<Command> kTable = {
      discover_command(),
      check_command(),
      plan_command(),
      rehearse_command(),
      upgrade_command(),
      status_command(),
      pause_command(),
      resume_command(),
      abort_command(),
      rollback_command(),
      runs_command(),
      report_command(),
      journal_command(),
      runbook_command(),
      add_temp_node_command(),
      remove_temp_node_command(),
      drain_command(),
      rebalance_command(),
      up_command(),
      down_command(),
      sub_command(),
      pub_command(),
      request_command(),
      schema_command(),
      completion_command(),
      version_command(),
  };
  return kTable;
}

void say(const std::string& line) {
  const auto text = line + "\n";
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void complain(const std::string& line) {
  const auto text = "natsctl: " + line + "\n";
  std::fwrite(text.data(), 1, text.size(), stderr);
}

int fail(const base::Error& error, int exit_code) {
  complain(error.what);
  return exit_code;
}

}  // namespace cli
