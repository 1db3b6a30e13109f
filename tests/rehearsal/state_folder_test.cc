#include "base/files.h"
#include "run/journal.h"
#include "run/run_state.h"
#include "tests/rehearsal/kills.h"
#include "tests/rehearsal/small_disk.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <csignal>

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

// What befalls a run between two natsctl: to its journal, its disk, its machine and its cluster.
TEST_SUITE_BEGIN("rehearsal: survival");

TEST_CASE(
    "a torn last line is dropped, and a damaged line in the middle stops everything and is named") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  rest_with_c(stage);
  const auto journal = stage.newest_run() / "journal.jsonl";
  const auto whole = *base::read_file(journal);
  const auto ids = stage.server_ids();

  auto damaged = whole;
  const auto third = damaged.find("\"step_started\"");
  damaged[third + 1] = 'X';
  REQUIRE(base::write_file(journal, damaged));
  const auto line = std::count(whole.begin(), whole.begin() + static_cast<long>(third), '\n') + 1;
  for (const auto* command : {"resume", "abort", "rollback"}) {
    const auto refused = stage.natsctl({command});
    CAPTURE(refused.text);
    CHECK(refused.exit_code == 7);
    CHECK(refused.has(fmt::format("journal.jsonl:{}", line)));
  }
  CHECK(stage.server_ids() == ids);

  REQUIRE(base::write_file(journal, whole + whole.substr(0, 40)));
  const auto said = stage.natsctl({"resume"});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_same_end(stage, script);
}

TEST_CASE(
    "a full disk under the journal stops natsctl before its next effect, and it goes on later") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  const auto disk = rehearsal::SmallDisk::at(stage.path("natsctl-state"), 1024UL * 1024);
  if (!disk) {
    MESSAGE("not tested: this process may not mount a small disk (root may)");
    return;
  }
  stage.up();
  const auto ids = stage.server_ids();
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  support::eventually("C has joined", [&] { return stage.answers("C"); });
  disk->fill();
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.has("journal.jsonl: cannot append to it: No space left on device"));
  CHECK(said.has("natsctl resume 2"));
  const auto state = run::fold(*run::load_journal(stage.newest_run() / "journal.jsonl"));
  CHECK(said.exit_code == (state.node_in_hand().empty() ? 1 : 7));
  // What was done was written down before.
  const auto then = stage.server_ids();
  for (const auto& node : script.members)
    CHECK((state.begun(node) || then.at(node) == ids.at(node)));

  const auto still_full = stage.natsctl({"resume"});
  CAPTURE(still_full.text);
  CHECK(still_full.exit_code == said.exit_code);
  CHECK(stage.server_ids() == then);
  disk->make_room();
  const auto resumed = stage.natsctl({"resume"});
  CAPTURE(resumed.text);
  CHECK(resumed.exit_code == 0);
  check_same_end(stage, script);
}

TEST_CASE(
    "a run is resumed on another machine: refused while its locks may be alive, then taken over") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  support::eventually("the nodes are locked", [&] { return stage.answers("C"); });
  const auto copy = stage.path("copied-state").string();
  std::filesystem::copy(
      stage.path("natsctl-state"), copy, std::filesystem::copy_options::recursive);
  // The first is alive, whoever else has its journal.
  const auto both = stage.natsctl({"--state-dir", copy, "resume"});
  CAPTURE(both.text);
  CHECK(both.exit_code == 8);
  running->signal(SIGKILL);
  running->wait();

  std::filesystem::remove_all(copy);
  std::filesystem::copy(
      stage.path("natsctl-state"), copy, std::filesystem::copy_options::recursive);
  for (const auto* node : {"A", "B", "C"}) {
    auto lock =
        *base::Json::parse(*base::read_file(stage.path(fmt::format("state/{}/lock.json", node))));
    lock.set("host", "another-machine");
    REQUIRE(base::write_file(stage.path(fmt::format("state/{}/lock.json", node)), lock.dump()));
  }
  const auto refused = stage.natsctl({"--state-dir", copy, "resume"});
  CAPTURE(refused.text);
  CHECK(refused.exit_code == 8);
  CHECK(refused.has("another-machine"));
  CHECK(refused.has("--take-over"));
  const auto said = stage.natsctl({"--state-dir", copy, "resume", "--take-over"});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_same_end(stage, script);
}

TEST_CASE("a cluster that was changed meanwhile is told by name, with 11, and nothing is touched") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  rest_with_c(stage);
  // Somebody else stops B and starts another server on its ports.
  const auto stop_b = [&] {
    ::kill(stage.pid_of("B"), SIGKILL);
    support::eventually("B is gone", [&] { return !stage.answers("B"); });
  };
  const auto conf = *base::read_file(stage.path("B.conf"));
  const auto started_instead =
      [&](const Release& release, const std::string& name, const std::string& text) {
        auto settings = support::ServerSettings{.release = release, .name = name, .conf = text};
        settings.port = stage.client_port("B");
        settings.may_fail = true;
        auto server = std::make_unique<support::ServerProcess>(settings);
        support::eventually("it answers", [&] { return stage.answers("B"); });
        return server;
      };
  const auto renamed = [&](const std::string& from, const std::string& to) {
    auto text = conf;
    return text.replace(text.find(from), from.size(), to);
  };
  stop_b();
  const auto expect_11 =
      [&](const Release& release, const std::string& text, const std::string& words) {
        const auto name = text.find("server_name: E") == std::string::npos ? "B" : "E";
        const auto other = started_instead(release, name, text);
        const auto id = stage.varz("A")["server_id"].text();
        const auto said = stage.natsctl({"resume"});
        CAPTURE(said.text);
        CHECK(said.exit_code == 11);
        CHECK(said.has("the cluster no longer fits the run: B: "));
        CHECK(said.has(words));
        CHECK(stage.varz("A")["server_id"].text() == id);
        CHECK(stage.answers("B"));
      };
  expect_11(script.from, renamed("server_name: B", "server_name: E"), "answers as server 'E'");
  expect_11(script.from, renamed("name: demo", "name: test"), "it is in cluster 'test'");
  expect_11(Release::real("2.9"), conf, "it runs 2.9");
  // The member as it was, though another process: the run goes on.
  const auto own = started_instead(script.from, "B", conf);
  const auto said = stage.natsctl({"abort"});
  CAPTURE(said.text);
  CHECK(said.exit_code == 10);
}

TEST_CASE("of two natsctl one works, and the other is told so") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  support::eventually("the first is at work", [&] { return stage.journal_lines() > 2; });
  const auto second = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CHECK(second.exit_code == 8);
  CHECK(second.has("held by natsctl upgrade"));
  // From another machine: another state folder, the same nodes.
  support::eventually("the nodes are locked", [&] { return stage.journal_lines() > 5; });
  const auto third =
      stage.natsctl({"--state-dir", stage.path("elsewhere"), "upgrade", "--yes", stage.plan()});
  CAPTURE(third.text);
  CHECK(third.exit_code == 8);
}

TEST_CASE("locks that a killed natsctl of another state folder left are told, with what helps") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  stage.kill_at("after step_finished C/add-temp-node");
  REQUIRE(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 128 + SIGKILL);
  stage.kill_at("");
  const auto ids = stage.server_ids();
  const auto elsewhere = stage.path("elsewhere").string();
  const auto refused = stage.natsctl({"--state-dir", elsewhere, "upgrade", "--yes", stage.plan()});
  CAPTURE(refused.text);
  CHECK(refused.exit_code == 8);
  CHECK(refused.has("its natsctl was killed"));
  CHECK(refused.has("natsctl resume"));
  CHECK(refused.has("--take-over"));
  CHECK(stage.server_ids() == ids);
  const auto said =
      stage.natsctl({"--state-dir", elsewhere, "upgrade", "--yes", "--take-over", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  check_same_end(stage, script);
}

TEST_CASE(
    "a member that somebody starts again while it is changed is drained again, and upgraded") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  stage.kill_at("before step_started A/install-release");
  REQUIRE(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 137);
  stage.kill_at("");
  REQUIRE_FALSE(stage.answers("A"));
  stage.start_by_hand("A", script.from.binary);  // as a host does that lost power and is back
  support::eventually("A serves again", [&] { return stage.answers("A"); });
  const auto said = stage.natsctl({"resume"});
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  CHECK(said.has("its turn begins anew"));
  check_each_upgraded(stage, script);
}

TEST_SUITE_END();
