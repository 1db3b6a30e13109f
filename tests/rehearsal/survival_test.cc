#include "base/files.h"
#include "tests/rehearsal/kills.h"
#include "tests/support/environment.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <csignal>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <sys/resource.h>

using rehearsal::killed_at_each;
using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

// Which of the sampled places, so that a failure can be repeated: NATSCTL_TEST_SEED.
unsigned seed() {
  return support::number_from("NATSCTL_TEST_SEED", 2026);
}

std::vector<std::string> tutorial_steps(const std::string& first, const std::string& second) {
  std::vector<std::string> steps = {
      "cluster/preflight", "cluster/stage-release", "C/add-temp-node"};
  for (const auto& node : {first, second}) {
    for (const auto* step : {"check", "lame-duck", "stop-node", "install-release", "start-node"})
      steps.push_back(node + "/" + step);
  }
  steps.insert(steps.end(), {"C/remove-temp-node", "cluster/verify"});
  return steps;
}

void survive(const Script& script, const std::vector<std::string>& places) {
  Stage stage(script);
  stage.up();
  std::set<std::string> kinds;
  const auto said = killed_at_each(stage, {"upgrade", "--yes", stage.plan()}, places, kinds);
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_same_end(stage, script);
}

}  // namespace

TEST_SUITE_BEGIN("rehearsal: survival");

TEST_CASE("killed before and after every record of an upgrade: the same end, one start each") {
  survive(rehearsal::quick(), rehearsal::places_of(tutorial_steps("A", "B"), {"before", "after"}));
}

TEST_CASE("real servers, natsctl killed at places drawn by a seed: the same end, one start each") {
  auto script = rehearsal::quick();
  script.from = Release::real("2.9");
  script.to = Release::real("2.10");
  const auto all = rehearsal::places_of(tutorial_steps("A", "B"), {"before", "amid", "after"});
  CAPTURE(seed());
  survive(script, rehearsal::sample_of(all, 16, seed()));
}

TEST_CASE("real servers, natsctl killed at any time: the same end, one start each") {
  auto script = rehearsal::quick();
  script.from = Release::real("2.10");
  script.to = Release::real("newest");
  Stage stage(script);
  stage.up();
  CAPTURE(seed());
  const auto said = rehearsal::killed_at_any_time(stage, 6, seed());
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_same_end(stage, script);
}

TEST_CASE("killed at every record of a failing upgrade: the node is put back, and the run halts") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  const auto& before = script.from.version;
  stage.change_plan(script.to.binary,
                    false_server(stage, script.to.version, "echo no sky; exit 1"));
  stage.change_plan("use: always,", "use: always, binary: " + script.from.binary.string() + ",");
  std::set<std::string> kinds;
  const auto said = killed_at_each(stage,
                                   {"upgrade", "--yes", stage.plan()},
                                   {"before step_failed A/start-node",
                                    "after step_failed A/start-node",
                                    "before recovery_started A",
                                    "after recovery_started A",
                                    "after step_started recover/A/stop-node",
                                    "after step_finished recover/A/revert-release",
                                    "after step_started recover/A/start-node",
                                    "before step_finished recover/A/start-node",
                                    "before recovery_finished A",
                                    "after recovery_finished A",
                                    "before run_paused"},
                                   kinds);
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  for (const auto* node : {"A", "B"}) {
    CHECK(stage.version(node) == before);
    CHECK(stage.varz(node)["routes"].integer() > 0);
  }
  CHECK(stage.starts("A", before) == 2);  // by `natsctl up`, and put back once
  CHECK(stage.starts("B", before) == 1);
}

TEST_CASE("killed at every kind of record of steering: paused, interrupted, resumed, rolled back") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  rest_with_c(stage);
  std::set<std::string> kinds;
  const auto done =
      killed_at_each(stage, {"resume"}, {"before run_resumed", "after run_resumed"}, kinds);
  CAPTURE(done.text);
  REQUIRE(done.exit_code == 0);
  const auto back = killed_at_each(stage,
                                   {"rollback"},
                                   {"before steered",
                                    "after steered",
                                    "after step_started C/add-temp-node",
                                    "after recovery_started B",
                                    "after waiting recover/B/lame-duck",
                                    "before step_finished recover/B/start-node",
                                    "before recovery_finished B",
                                    "after recovery_finished B",
                                    "after step_finished recover/A/stop-node",
                                    "before step_finished recover/C/remove-temp-node",
                                    "before run_finished"},
                                   kinds);
  CAPTURE(back.text);
  CHECK(back.exit_code == 6);
  for (const auto& node : script.members) {
    CHECK(stage.version(node) == script.from.version);
    CHECK(stage.starts(node, script.from.version) == 2);
    CHECK(stage.starts(node, script.to.version) == 1);
  }
  CHECK_FALSE(stage.answers("C"));
}

TEST_CASE("Ctrl-C pauses at a safe point and says how to go on") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  stage.kill_at("before run_interrupted");
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  support::eventually("C has joined", [&] { return stage.answers("C"); });
  running->signal(SIGINT);
  CHECK(running->wait().exit_code == 128 + SIGKILL);
  stage.kill_at("");
  running = stage.start_natsctl({"resume"});
  const auto lines = stage.journal_lines();
  support::eventually("it goes on", [&] { return stage.journal_lines() > lines + 3; });
  running->signal(SIGINT);
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 130);
  CHECK(said.has("natsctl resume 2"));
  for (const auto& node : script.members)
    CHECK(stage.answers(node));
  const auto resumed = stage.natsctl({"resume"});
  CAPTURE(resumed.text);
  CHECK(resumed.exit_code == 0);
  check_same_end(stage, script);
}

TEST_SUITE_END();
