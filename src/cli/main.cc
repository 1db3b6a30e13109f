// natsctl: parse, dispatch, turn what escapes into an exit code.
#include "cli/command_line.h"

#include <cstdio>
#include <exception>

#include <malloc.h>

namespace {

// glibc gives each thread a heap of its own, up to eight a core, and each keeps as much as the
// largest answer that was ever read there. With two, watching 100 servers of one mesh takes 31 MiB
// instead of 49, and no more time: threads mostly wait for servers.
constexpr int kHeaps = 2;

}  // namespace

int main(int argc, char** argv) {
  ::mallopt(M_ARENA_MAX, kHeaps);  // NOLINT(concurrency-mt-unsafe): there is one thread yet
  try {
    return cli::run_command_line(argc, argv);
  } catch (const std::exception& escaped) {
    std::fprintf(stderr, "natsctl: internal error: %s\n", escaped.what());
    return run::kInternalError;
  }
}
