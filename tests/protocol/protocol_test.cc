#include "tests/support/transcript.h"

#include <doctest/doctest.h>

// Every *.transcript of this folder, played against our broker and against the real servers: what
// they all do is the protocol.

namespace {

void check(const std::string& name, const support::Release& release) {
  const auto failures =
      support::play(PROJECT_ROOT "/tests/protocol/" + name + ".transcript", release);
  for (const std::string& failure : failures)
    FAIL_CHECK(failure);
}

}  // namespace

#define TRANSCRIPT(name)                               \
  TEST_CASE(name " holds on nats-broker") {            \
    check(name, support::Release::broker());           \
  }                                                    \
  TEST_CASE(name " holds on nats-server 2.9") {        \
    check(name, support::Release::real("2.9"));        \
  }                                                    \
  TEST_CASE(name " holds on nats-server 2.10") {       \
    check(name, support::Release::real("2.10"));       \
  }                                                    \
  TEST_CASE(name " holds on the newest nats-server") { \
    check(name, support::Release::real("newest"));     \
  }

TEST_SUITE("protocol") {
#include "transcripts.inc"
}
