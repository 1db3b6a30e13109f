#include "run/runner.h"

#include "tests/run/run_world.h"

#include <doctest/doctest.h>

using run_world::Killed;
using run_world::World;

namespace {

// The upgrade with one kill, resumed until it comes to an end.
int upgrade_despite_a_kill(World& world) {
  try {
    return world.upgrade().exit_code;
  } catch (const Killed&) {
  }
  return world.resume().exit_code;
}

void check_upgraded(World& world) {
  for (const auto* node : {"A", "B"}) {
    CAPTURE(node);
    CHECK(world.servers[node].running);
    CHECK(world.servers[node].version == "2.0");
    CHECK(world.servers[node].starts["2.0"] == 1);
  }
  CHECK_FALSE(world.servers["C"].running);
}

void check_a_is_back_and_b_untouched(World& world) {
  CHECK(world.servers["A"].running);
  CHECK(world.servers["A"].version == "1.0");
  CHECK(world.servers["B"].running);
  CHECK(world.servers["B"].starts.empty());
}

bool any_lock(World& world) {
  return world.executor("A").held || world.executor("B").held || world.executor("C").held;
}

}  // namespace

TEST_SUITE_BEGIN("run: runner");

TEST_CASE(
    "every member runs the release at the end, restarted once each, and the temporary node is "
    "gone") {
  World world;
  CHECK(world.upgrade().exit_code == run::kVerified);
  check_upgraded(world);
  CHECK_FALSE(any_lock(world));
  CHECK(world.steps_begun().front() == "cluster/preflight");
  CHECK(world.steps_begun().size() == world.steps.list.size());
}

TEST_CASE("after an upgrade nothing is kept for the temporary node, after a failure its log is") {
  World good;
  REQUIRE(good.upgrade().exit_code == run::kVerified);
  CHECK(good.executor("C").forgotten);
  CHECK_FALSE(good.executor("A").forgotten);
  World bad;
  bad.failing_steps = {"cluster/verify"};
  REQUIRE(bad.upgrade().exit_code != run::kVerified);
  CHECK_FALSE(bad.servers["C"].running);
  CHECK_FALSE(bad.executor("C").forgotten);
  bad.failing_steps.clear();
  REQUIRE(bad.resume().exit_code == run::kVerified);
  CHECK(bad.executor("C").forgotten);
}

TEST_CASE("a server that ends at its gate fails the step at once, with its last lines") {
  World world;
  world.when_waiting = [&](const std::string& step) {
    if (step == "A/start-node") world.servers["A"].running = false;
  };
  CHECK(world.upgrade().exit_code == run::kHalted);
  check_a_is_back_and_b_untouched(world);
  std::string why;
  for (const auto& event : world.events()) {
    if (event.kind == run::EventKind::step_failed) why = event.text;
  }
  CHECK(why ==
        "the server has ended; its last lines:\npanic: no such thing\na remark of start-node");
}

TEST_CASE("what a step had to remark is told when it fails, too") {
  World world;
  world.failing_steps = {"A/install-release"};
  CHECK(world.upgrade().exit_code == run::kHalted);
  std::string why;
  for (const auto& event : world.events()) {
    if (event.kind == run::EventKind::step_failed) why = event.text;
  }
  CHECK(why.ends_with("; a remark of install-release"));
}

TEST_CASE("a server that ends at its gate once is started once more") {
  World world;
  bool ended = false;
  world.when_waiting = [&](const std::string& step) {
    if (step == "A/start-node" && !std::exchange(ended, true)) world.servers["A"].running = false;
  };
  CHECK(world.upgrade().exit_code == run::kVerified);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["A"].starts["2.0"] == 2);
  CHECK(world.servers["B"].starts["2.0"] == 1);
}

TEST_CASE("an intent is in the journal before its effect, and an outcome after it") {
  World world;
  bool seen = false;
  world.when_waiting = [&](const std::string& step) {
    if (step != "A/start-node") return;
    seen = true;
    CHECK(world.steps_begun().back() == "A/start-node");
    CHECK(world.servers["A"].running);
  };
  CHECK(world.upgrade().exit_code == run::kVerified);
  CHECK(seen);
}

TEST_CASE("killed after any record, a resumed run reaches the same end with one restart a node") {
  World whole;
  REQUIRE(whole.upgrade().exit_code == run::kVerified);
  const auto records = static_cast<int>(whole.events().size());
  for (int record = 1; record < records; ++record) {
    CAPTURE(record);
    World world;
    world.killed_after_record = record;
    REQUIRE(upgrade_despite_a_kill(world) == run::kVerified);
    check_upgraded(world);
    CHECK_FALSE(any_lock(world));
  }
}

TEST_CASE("killed after any effect, a resumed run reaches the same end with one restart a node") {
  for (int effect = 1; effect <= 12; ++effect) {
    CAPTURE(effect);
    World world;
    world.killed_after_effect = effect;
    REQUIRE(upgrade_despite_a_kill(world) == run::kVerified);
    check_upgraded(world);
  }
}

TEST_CASE("a release that never becomes healthy is taken back, and no other member is touched") {
  World world;
  world.sick_release = "2.0";
  const auto outcome = world.upgrade();
  CHECK(outcome.exit_code == run::kHalted);
  CHECK(outcome.text.find("node-healthy stayed shut") != std::string::npos);
  check_a_is_back_and_b_untouched(world);
  CHECK_FALSE(any_lock(world));
}

TEST_CASE(
    "killed after any record of a failing upgrade, a resumed run still puts the node back and "
    "halts") {
  World whole;
  whole.sick_release = "2.0";
  REQUIRE(whole.upgrade().exit_code == run::kHalted);
  const auto records = static_cast<int>(whole.events().size());
  for (int record = 1; record < records; ++record) {
    CAPTURE(record);
    World world;
    world.sick_release = "2.0";
    world.killed_after_record = record;
    REQUIRE(upgrade_despite_a_kill(world) == run::kHalted);
    check_a_is_back_and_b_untouched(world);
  }
}

TEST_CASE("a check that fails after all changes of a node leaves the node as it is") {
  World world;
  playbook::Step check;
  check.id = "A/check-2";
  check.action = "check";
  check.node = "A";
  check.gate = playbook::Gate{.name = "whole", .conditions = {"whole"}};
  auto& list = world.steps.list;
  const auto started = std::find_if(
      list.begin(), list.end(), [](const auto& step) { return step.id == "A/start-node"; });
  list.insert(started + 1, check);
  world.shut_gates = {"A/check-2"};
  const auto outcome = world.upgrade();
  CHECK(outcome.exit_code == run::kHalted);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["A"].starts["2.0"] == 1);
  CHECK(world.servers["B"].starts.empty());
  world.shut_gates.clear();
  CHECK(world.resume().exit_code == run::kVerified);
  check_upgraded(world);
}

TEST_CASE("a halted run goes on where it stopped once the cause is gone") {
  World world;
  world.sick_release = "2.0";
  REQUIRE(world.upgrade().exit_code == run::kHalted);
  world.sick_release.clear();
  CHECK(world.resume().exit_code == run::kVerified);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["B"].version == "2.0");
}

TEST_CASE("a check that fails before any change ends the run with nothing changed") {
  World world;
  world.failing_steps = {"cluster/preflight"};
  CHECK(world.upgrade().exit_code == run::kCheckFailed);
  CHECK(world.servers["A"].starts.empty());
  CHECK(world.servers["C"].starts.empty());
}

TEST_CASE("a temporary node that does not join is removed, and nothing else was changed") {
  World world;
  world.shut_gates = {"C/add-temp-node"};
  CHECK(world.upgrade().exit_code == run::kCheckFailed);
  CHECK_FALSE(world.servers["C"].running);
  CHECK(world.servers["A"].starts.empty());
}

TEST_CASE("a node is not touched while another member is not green") {
  World world;
  world.shut_gates = {"B/lame-duck/others-green"};
  CHECK(world.upgrade().exit_code == run::kHalted);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["B"].starts.empty());
  CHECK(world.servers["B"].version == "1.0");
}

TEST_CASE("with on_failure: rollback everything that was done is taken back") {
  World world;
  world.plan.policy.on_failure = plan::OnFailure::rollback;
  world.shut_gates = {"B/start-node"};
  CHECK(world.upgrade().exit_code == run::kRolledBack);
  CHECK(world.servers["A"].version == "1.0");
  CHECK(world.servers["B"].version == "1.0");
  CHECK(world.servers["A"].running);
  CHECK(world.servers["B"].running);
  CHECK_FALSE(world.servers["C"].running);
}

TEST_CASE("no member that serves is taken back while another one is not well") {
  World world;
  world.plan.policy.on_failure = plan::OnFailure::rollback;
  world.shut_gates = {"B/start-node", "recover/A/check/others-green"};
  const auto outcome = world.upgrade();
  CHECK(outcome.exit_code == run::kHalted);
  CHECK(outcome.text.find("A is not taken back while another is not well") != std::string::npos);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["A"].starts["1.0"] == 0);
  CHECK(world.servers["B"].version == "1.0");
  CHECK(world.servers["B"].running);
}

TEST_CASE("when taking back fails too, a person must look") {
  World world;
  world.sick_release = "2.0";
  world.shut_gates = {"recover/A/start-node"};
  CHECK(world.upgrade().exit_code == run::kManualWork);
  CHECK(world.servers["B"].starts.empty());
}

TEST_CASE("an interrupt while a node is in hand finishes that node first") {
  World world;
  std::stop_source gentle;
  world.orders.gentle = gentle.get_token();
  world.when_waiting = [&](const std::string& step) {
    if (step == "A/lame-duck") gentle.request_stop();
  };
  CHECK(world.upgrade().exit_code == run::kInterrupted);
  CHECK(world.servers["A"].version == "2.0");
  CHECK(world.servers["A"].running);
  CHECK(world.servers["B"].starts.empty());
  world.orders.gentle = {};
  CHECK(world.resume().exit_code == run::kVerified);
  check_upgraded(world);
}

TEST_CASE("a second interrupt stops at once, and the run can still be resumed") {
  World world;
  std::stop_source both;
  world.orders.gentle = both.get_token();
  world.orders.urgent = both.get_token();
  world.when_waiting = [&](const std::string& step) {
    if (step == "A/lame-duck") both.request_stop();
  };
  CHECK(world.upgrade().exit_code == run::kInterrupted);
  CHECK_FALSE(world.servers["A"].running);
  world.orders.gentle = {};
  world.orders.urgent = {};
  CHECK(world.resume().exit_code == run::kVerified);
  check_upgraded(world);
}

TEST_CASE("a deadline pauses the run between two nodes") {
  World world;
  world.orders.deadline = world.clock.now() + std::chrono::seconds(7);
  CHECK(world.upgrade().exit_code == run::kDeadline);
  CHECK(run::fold(world.events()).node_in_hand().empty());
  world.orders.deadline.reset();
  CHECK(world.resume().exit_code == run::kVerified);
}

TEST_CASE("a lost message stops the run before the next node") {
  World world;
  bool lost = false;
  world.orders.loss = [&](run::Count) -> std::optional<std::string> {
    return lost ? std::optional<std::string>("1 message was lost") : std::nullopt;
  };
  world.when_waiting = [&](const std::string& step) { lost = lost || step == "A/start-node"; };
  CHECK(world.upgrade().exit_code == run::kMessagesLost);
  CHECK(world.servers["A"].running);
  CHECK(world.servers["B"].starts.empty());
}

TEST_CASE("a temporary node that died while the run was paused joins again") {
  World world;
  std::stop_source gentle;
  world.orders.gentle = gentle.get_token();
  world.when_waiting = [&](const std::string& step) {
    if (step == "A/start-node") gentle.request_stop();
  };
  REQUIRE(world.upgrade().exit_code == run::kInterrupted);
  world.servers["C"].running = false;
  world.orders.gentle = {};
  bool was_there = false;
  world.when_waiting = [&](const std::string& step) {
    if (step == "B/lame-duck") was_there = world.servers["C"].running;
  };
  CHECK(world.resume().exit_code == run::kVerified);
  CHECK(was_there);
}

TEST_SUITE_END();
