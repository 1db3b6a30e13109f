// natsctl killed with -9 at every record of an upgrade, before it is written, amid its writing and
// after it is synced, each place in an upgrade of its own; resumed; the end compared with an
// undisturbed upgrade's.
#include "tests/rehearsal/kills.h"

#include <cstdio>

#include <doctest/doctest.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

std::vector<std::string> all_places(const Script& script) {
  Stage stage(script);
  stage.up();
  REQUIRE(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 0);
  return rehearsal::places_of(rehearsal::steps_of(stage), {"before", "amid", "after"});
}

void sweep(const Script& script) {
  int number = 0;
  for (const auto& place : all_places(script)) {
    CAPTURE(place);
    Stage stage(script);
    stage.up();
    std::set<std::string> kinds;
    const auto said = killed_at_each(stage, {"upgrade", "--yes", stage.plan()}, {place}, kinds);
    CAPTURE(said.text);
    CHECK(said.exit_code == 0);
    check_same_end(stage, script);
    std::printf("%3d  %s\n", ++number, place.c_str());
    std::fflush(stdout);
  }
}

// At any time, by other seeds than the test's own.
void at_any_time(const Script& script) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Stage stage(script);
    stage.up();
    const auto said = rehearsal::killed_at_any_time(stage, 8, seed);
    CAPTURE(said.text);
    CHECK(said.exit_code == 0);
    check_same_end(stage, script);
    std::printf("seed %u\n", seed);
    std::fflush(stdout);
  }
}

}  // namespace

TEST_CASE("brokers") {
  sweep(rehearsal::quick());
  at_any_time(rehearsal::quick());
}

TEST_CASE("real servers") {
  auto script = rehearsal::quick();
  script.from = Release::real("2.9");
  script.to = Release::real("2.10");
  sweep(script);
  at_any_time(script);
}
