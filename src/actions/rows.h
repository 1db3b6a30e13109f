#pragma once

#include "actions/action.h"

// The rows of the action table, one function and one file each.
namespace actions {

Action preflight_action();
Action stage_release();
Action add_temp_node();
Action remove_temp_node();
Action check();
Action step_down();
Action drain_clients();
Action lame_duck();
Action stop_node();
Action install_release();
Action revert_release();
Action start_node();
Action clients_back();
Action run_command();
Action soak();
Action spread_leaders();
Action rebalance();
Action verify();

}  // namespace actions
