#pragma once

#include "cli/command.h"

namespace cli {

// Reads the command line, carries the command out and returns the exit code: 2 with a hint for a
// command line that cannot be understood.
int run_command_line(int argc, char** argv);

}  // namespace cli
