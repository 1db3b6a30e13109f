#include "run/steering.h"

#include "tests/run/run_world.h"

#include <algorithm>

#include <doctest/doctest.h>

using run::Wish;
using run_world::Killed;
using run_world::World;

namespace {

run::RunState resting(run::Phase phase) {
  run::RunState state;
  state.run = "r1";
  state.phase = phase;
  state.why = "it is so";
  playbook::Step stop{.id = "A/lame-duck", .action = "lame-duck", .node = "A"};
  state.steps.list = {stop};
  return state;
}

// Asked at another terminal while `step` waits at its gate.
void ask_while(World& world, const std::string& step, Wish wish) {
  world.orders.asked = [&world, step, wish, begun = false]() mutable -> std::optional<Wish> {
    const auto steps = world.steps_begun();
    begun = begun || std::find(steps.begin(), steps.end(), step) != steps.end();
    return begun ? std::optional(wish) : std::nullopt;
  };
}

void check_as_before(World& world) {
  for (const auto* node : {"A", "B"}) {
    CAPTURE(node);
    CHECK(world.servers[node].running);
    CHECK(world.servers[node].version == "1.0");
    CHECK(world.servers[node].starts["2.0"] <= 1);
    CHECK(world.servers[node].starts["1.0"] <= 1);
    CHECK_FALSE(world.executor(node).held);
  }
  CHECK_FALSE(world.servers["C"].running);
}

int despite_a_kill(World& world, Wish wish) {
  try {
    return world.obey(wish).exit_code;
  } catch (const Killed&) {
  }
  // Killed before it was written down, nothing was asked: a person asks again.
  const auto state = run::fold(world.events());
  return state.wish ? world.resume().exit_code : world.obey(wish).exit_code;
}

}  // namespace

TEST_SUITE_BEGIN("run: steering");

TEST_CASE("every wish has a name, and the name means the wish") {
  for (const auto wish : {Wish::pause, Wish::abort, Wish::rollback})
    CHECK(run::wish_named(name_of(wish)) == wish);
  CHECK_FALSE(run::wish_named("dance"));
}

TEST_CASE("what makes no sense is refused with a sentence that says what does") {
  const auto refused = [](Wish wish, const run::RunState& state, bool at_work) {
    return run::senseless(wish, state, at_work).value_or("");
  };
  CHECK(refused(Wish::pause, resting(run::Phase::finished), false) == "run r1 is over: it is so");
  CHECK(refused(Wish::abort, resting(run::Phase::finished), false) == "run r1 is over: it is so");
  CHECK(refused(Wish::pause, resting(run::Phase::paused), false) ==
        "run r1 rests already: it is so; go on with: natsctl resume r1");
  CHECK(refused(Wish::pause, resting(run::Phase::running), false).find("was killed") !=
        std::string::npos);
  CHECK(refused(Wish::rollback, resting(run::Phase::paused), false).find("nothing to roll back") !=
        std::string::npos);
  for (const auto wish : {Wish::pause, Wish::abort, Wish::rollback})
    CHECK(refused(wish, resting(run::Phase::running), true).empty());
  auto changed = resting(run::Phase::finished);
  changed.touched.insert("A/lame-duck");
  CHECK(refused(Wish::rollback, changed, false).empty());
}

TEST_CASE("a pause from another terminal rests between two nodes and ends with 4") {
  World world;
  ask_while(world, "A/lame-duck", Wish::pause);
  CHECK(world.upgrade().exit_code == run::kPaused);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["B"].starts.empty());
  CHECK(world.servers["C"].running);
  world.orders.asked = nullptr;
  CHECK(world.resume().exit_code == run::kVerified);
}

TEST_CASE("an abort finishes the node in hand, removes the temporary node and ends with 10") {
  World world;
  ask_while(world, "A/lame-duck", Wish::abort);
  const auto outcome = world.upgrade();
  CHECK(outcome.exit_code == run::kAborted);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["B"].starts.empty());
  CHECK_FALSE(world.servers["C"].running);
  CHECK(world.executor("C").forgotten);
  CHECK_FALSE(world.executor("A").held);
  CHECK(run::fold(world.events()).phase == run::Phase::finished);
}

TEST_CASE("an abort of a run that was killed in the middle of a node puts that node back") {
  World world;
  world.killed_after_effect = 5;  // A is drained
  CHECK_THROWS_AS(static_cast<void>(world.upgrade()), Killed);
  REQUIRE_FALSE(world.servers["A"].running);
  CHECK(world.obey(Wish::abort).exit_code == run::kAborted);
  check_as_before(world);
}

TEST_CASE("a rollback asked for at another terminal puts everything back and ends with 6") {
  World world;
  ask_while(world, "B/lame-duck", Wish::rollback);
  CHECK(world.upgrade().exit_code == run::kRolledBack);
  check_as_before(world);
}

TEST_CASE("a run that was verified is rolled back, each node drained first, the last one first") {
  World world;
  REQUIRE(world.upgrade().exit_code == run::kVerified);
  const auto begun = world.steps_begun().size();
  CHECK(world.obey(Wish::rollback).exit_code == run::kRolledBack);
  check_as_before(world);
  auto steps = world.steps_begun();
  steps.erase(steps.begin(), steps.begin() + static_cast<std::ptrdiff_t>(begun));
  CHECK(steps == std::vector<std::string>{"C/add-temp-node",
                                          "recover/B/check",
                                          "recover/B/lame-duck",
                                          "recover/B/stop-node",
                                          "recover/B/revert-release",
                                          "recover/B/start-node",
                                          "recover/A/check",
                                          "recover/A/lame-duck",
                                          "recover/A/stop-node",
                                          "recover/A/revert-release",
                                          "recover/A/start-node",
                                          "recover/C/remove-temp-node"});
  CHECK(run::senseless(Wish::rollback, run::fold(world.events()), false));
}

TEST_CASE("killed after any record of a rollback, a resumed run still puts everything back") {
  World whole;
  REQUIRE(whole.upgrade().exit_code == run::kVerified);
  const auto before = whole.events().size();
  REQUIRE(whole.obey(Wish::rollback).exit_code == run::kRolledBack);
  const auto records = static_cast<int>(whole.events().size());
  for (int record = static_cast<int>(before) + 1; record < records; ++record) {
    CAPTURE(record);
    World world;
    REQUIRE(world.upgrade().exit_code == run::kVerified);
    world.killed_after_record = record;
    REQUIRE(despite_a_kill(world, Wish::rollback) == run::kRolledBack);
    check_as_before(world);
  }
}

TEST_CASE("killed after any record of an abort, a resumed run still ends it") {
  for (int more = 1; more <= 5; ++more) {
    CAPTURE(more);
    World world;
    ask_while(world, "B/check", Wish::pause);
    REQUIRE(world.upgrade().exit_code == run::kPaused);
    world.orders.asked = nullptr;
    world.killed_after_record = static_cast<int>(world.events().size()) + more;
    REQUIRE(despite_a_kill(world, Wish::abort) == run::kAborted);
    CHECK(world.servers["A"].version == "2.0");
    CHECK(world.servers["B"].starts.empty());
    CHECK_FALSE(world.servers["C"].running);
  }
}

TEST_CASE("a rollback that fails at a node ends with 7, and can be tried again") {
  World world;
  REQUIRE(world.upgrade().exit_code == run::kVerified);
  world.shut_gates = {"recover/B/start-node"};
  CHECK(world.obey(Wish::rollback).exit_code == run::kManualWork);
  CHECK(world.servers["A"].version == "2.0");
  world.shut_gates.clear();
  CHECK(world.resume().exit_code == run::kRolledBack);
  CHECK(world.servers["A"].version == "1.0");
  CHECK(world.servers["B"].version == "1.0");
}

TEST_CASE("a rollback rests between two nodes when it is interrupted, and goes on") {
  World world;
  REQUIRE(world.upgrade().exit_code == run::kVerified);
  std::stop_source signal;
  world.orders.signal = signal.get_token();
  world.when_waiting = [&](const std::string& step) {
    if (step == "recover/B/start-node") signal.request_stop();
  };
  CHECK(world.obey(Wish::rollback).exit_code == run::kInterrupted);
  CHECK(world.servers["B"].version == "1.0");
  CHECK(world.servers["A"].version == "2.0");
  world.orders.signal = {};
  CHECK(world.resume().exit_code == run::kRolledBack);
  check_as_before(world);
}

TEST_SUITE_END();
