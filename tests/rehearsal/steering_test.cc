#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <csignal>

#include <doctest/doctest.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

// A run that is left at work until the new release serves at one member; D is the third.
std::unique_ptr<rehearsal::Running> upgrade_until_one_is_done(const Stage& stage,
                                                              const Script& script) {
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  support::eventually(
      "a member runs the release",
      [&] {
        return running->ended() ||
               std::any_of(script.members.begin(), script.members.end(), [&](const auto& node) {
                 return stage.version(node) == script.to.version;
               });
      },
      std::chrono::seconds(60));
  return running;
}

int upgraded(const Stage& stage, const Script& script) {
  return static_cast<int>(
      std::count_if(script.members.begin(), script.members.end(), [&](const auto& node) {
        return stage.version(node) == script.to.version;
      }));
}

void check_as_before(const Stage& stage, const Script& script) {
  for (const auto& node : script.members) {
    CAPTURE(node);
    CHECK(stage.version(node) == script.from.version);
    CHECK(stage.varz(node)["routes"].integer() > 0);
    CHECK(stage.starts(node, script.to.version) <= 1);
    CHECK_FALSE(std::filesystem::exists(stage.path("state/" + node + "/lock.json")));
  }
  CHECK_FALSE(stage.answers("C"));
  CHECK_FALSE(std::filesystem::exists(stage.path("state/C")));
}

Script three_brokers() {
  Script script;
  script.members = {"A", "B", "D"};
  return script;
}

}  // namespace

TEST_SUITE_BEGIN("rehearsal: steering");

TEST_CASE(
    "pause from another terminal ends the run with 4 between two members, abort ends it with 10 "
    "and "
    "leaves nothing of C") {
  const auto script = three_brokers();
  Stage stage(script);
  stage.up();
  CHECK(stage.natsctl({"pause"}).exit_code == 2);  // there is no run yet
  auto running = upgrade_until_one_is_done(stage, script);
  const auto asked = stage.natsctl({"pause"});
  CHECK(asked.exit_code == 0);
  CHECK(asked.has("natsctl resume 2"));
  const auto paused = running->wait();
  CAPTURE(paused.text);
  REQUIRE(paused.exit_code == 4);
  CHECK(upgraded(stage, script) == 1);
  CHECK(stage.answers("C"));
  const auto again = stage.natsctl({"pause"});
  CHECK(again.exit_code == 2);
  CHECK(again.has("rests already"));

  const auto aborted = stage.natsctl({"abort"});
  CAPTURE(aborted.text);
  CHECK(aborted.exit_code == 10);
  CHECK(aborted.has("runs " + script.to.version));
  CHECK(upgraded(stage, script) == 1);
  CHECK_FALSE(stage.answers("C"));
  CHECK_FALSE(std::filesystem::exists(stage.path("state/C")));
  for (const auto* wish : {"pause", "abort", "resume"}) {
    const auto late = stage.natsctl({wish});
    CHECK(late.exit_code == 2);
    CHECK(late.has("is over: aborted"));
  }
  // What is left can still be done, by a run of its own.
  CHECK(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 0);
  CHECK(upgraded(stage, script) == 3);
}

TEST_CASE("abort and rollback of a run at work are obeyed by the natsctl that carries it out") {
  const auto script = three_brokers();
  Stage stage(script);
  stage.up();
  auto running = upgrade_until_one_is_done(stage, script);
  CHECK(stage.natsctl({"rollback"}).exit_code == 0);
  const auto back = running->wait();
  CAPTURE(back.text);
  CHECK(back.exit_code == 6);
  check_as_before(stage, script);

  auto second = upgrade_until_one_is_done(stage, script);
  CHECK(stage.natsctl({"abort"}).exit_code == 0);
  const auto aborted = second->wait();
  CAPTURE(aborted.text);
  CHECK(aborted.exit_code == 10);
  CHECK_FALSE(stage.answers("C"));
  CHECK(upgraded(stage, script) >= 1);
}

TEST_CASE(
    "real servers go back to the old release after a verified upgrade, one at a time, under "
    "traffic") {
  Script script;
  script.from = Release::real("2.9");
  script.to = Release::real("2.10");
  script.plan = "probe: { rate: 50, subscribers: 2 }\n";
  Stage stage(script);
  stage.up();
  REQUIRE(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 0);
  const auto said = stage.natsctl({"rollback"});
  CAPTURE(said.text);
  CHECK(said.exit_code == 6);
  check_as_before(stage, script);
  CHECK(stage.natsctl({"report"}).has("careful subscribers lost 0"));
  const auto again = stage.natsctl({"rollback"});
  CHECK(again.exit_code == 2);
  CHECK(again.has("nothing to roll back"));
}

TEST_CASE("a rollback for which the old release is not kept any more changes nothing and says so") {
  const Script script;
  Stage stage(script);
  stage.up();
  REQUIRE(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 0);
  const auto ids = stage.server_ids();
  std::filesystem::remove_all(stage.path("state/A/releases/" + script.from.version));
  const auto said = stage.natsctl({"rollback"});
  CAPTURE(said.text);
  CHECK(said.exit_code == 7);
  CHECK(said.has("A: "));
  CHECK(said.has(script.from.version));
  CHECK(stage.server_ids() == ids);
}

TEST_SUITE_END();
