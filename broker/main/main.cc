#include "broker/main/program.h"

#include <cstdio>
#include <exception>

// The only file compiled once for each release: everything else learns the version at run time.
int main(int count, char** arguments) {
  try {
    return broker::run_program(BROKER_RELEASE, {arguments + 1, arguments + count});
  } catch (const std::exception& unexpected) {
    std::fprintf(stderr, "nats-server: %s\n", unexpected.what());
    return 70;
  }
}
