// natsctl: parse, dispatch, turn what escapes into an exit code.
#include "cli/command_line.h"

#include <cstdio>
#include <exception>

int main(int argc, char** argv) {
  try {
    return cli::run_command_line(argc, argv);
  } catch (const std::exception& escaped) {
    std::fprintf(stderr, "natsctl: internal error: %s\n", escaped.what());
    return run::kInternalError;
  }
}
