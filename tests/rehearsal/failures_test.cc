#include "base/files.h"
#include "run/journal.h"
#include "run/run_state.h"
#include "tests/rehearsal/kills.h"
#include "tests/rehearsal/small_disk.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"
#include "tests/support/wire.h"

#include <csignal>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::Running;
using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

// The failure table, each row made to happen.
namespace {

Script three(const Release& from, const Release& to) {
  auto script = rehearsal::quick();
  script.members = {"A", "B", "D"};
  script.from = from;
  script.to = to;
  return script;
}

Script three_real() {
  return three(Release::real("2.9"), Release::real("2.10"));
}

// Until the journal says that this step has begun.
void wait_for_step(const Stage& stage, Running& running, const std::string& step) {
  support::eventually(
      step + " begins",
      [&] {
        const auto text = base::read_file(stage.newest_run() / "journal.jsonl");
        return running.ended() || (text && text->find("\"step_started\",\"step\":\"" + step +
                                                      "\"") != std::string::npos);
      },
      std::chrono::seconds(60));
}

void check_untouched(const Stage& stage, const std::map<std::string, std::string>& ids) {
  CHECK(stage.server_ids() == ids);
  CHECK_FALSE(stage.answers("C"));
}

// The release is a program that says its version and does `instead`.
Stage& with_false_release(Stage& stage, const Script& script, const std::string& instead) {
  stage.change_plan(script.to.binary, false_server(stage, script.to.version, instead));
  stage.change_plan("use: always,", "use: always, binary: " + script.from.binary.string() + ",");
  return stage;
}

void check_first_put_back(const Stage& stage, const Script& script, const std::string& first) {
  for (const auto& node : script.members) {
    CAPTURE(node);
    CHECK(stage.version(node) == script.from.version);
    CHECK(stage.varz(node)["routes"].integer() > 0);
    CHECK(stage.starts(node, script.from.version) == (node == first ? 2 : 1));
  }
}

}  // namespace

TEST_SUITE_BEGIN("rehearsal: failures");

TEST_CASE("C will not join: it is removed, nothing was changed, 3") {
  Script script = three_real();
  script.within = "4s";
  Stage stage(script);
  stage.up();
  const auto ids = stage.server_ids();
  const auto lonely =
      false_server(stage,
                   script.to.version,
                   fmt::format("sed s/demo/alone/ \"$2\" > \"$2.alone\"; exec {} -c \"$2.alone\"",
                               script.to.binary.string()));
  stage.change_plan("use: always,", "use: always, binary: " + lonely + ",");
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 3);
  CHECK(stage.is_told(said, "nothing was changed"));
  CHECK(stage.is_told(said, "temp-joined"));
  check_untouched(stage, ids);
}

TEST_CASE("C dies while a member is in hand: that one is finished, C comes again, 0") {
  const auto script = three_real();
  Stage stage(script);
  stage.up();
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  wait_for_step(stage, *running, "A/install-release");
  ::kill(stage.pid_of("C"), SIGKILL);
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  for (const auto& node : script.members) {
    CHECK(stage.version(node) == script.to.version);
    CHECK(stage.starts(node, script.to.version) == 1);
  }
  CHECK_FALSE(stage.answers("C"));
}

TEST_CASE(
    "another member dies while one is in hand: that one serves, the run halts, 5, and on later") {
  auto script = three_real();
  script.within = "6s";
  Stage stage(script);
  stage.up();
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  wait_for_step(stage, *running, "A/install-release");
  ::kill(stage.pid_of("D"), SIGKILL);
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  CHECK(stage.is_told(said, "D: no answer: connection refused"));
  // It is not stopped once more for what is not its fault.
  CHECK(stage.version("A") == script.to.version);
  CHECK(stage.starts("A", script.to.version) == 1);
  CHECK(stage.starts("B", script.from.version) == 1);
  CHECK(stage.version("B") == script.from.version);
  stage.up();  // D serves again, as it was
  const auto resumed = stage.natsctl({"resume"});
  CAPTURE(resumed.text);
  CHECK(resumed.exit_code == 0);
  for (const auto& node : script.members)
    CHECK(stage.starts(node, script.to.version) == 1);
}

TEST_CASE("a release that serves as another version than it says is taken back, 5") {
  auto script = three_real();
  script.members = {"A", "B"};
  script.within = "4s";
  Stage stage(script);
  stage.up();
  with_false_release(stage, script, "exec " + script.from.binary.string() + " \"$@\"");
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  CHECK(stage.is_told(said, "version-is-release"));
  CHECK(stage.version("A") == script.from.version);
  CHECK(stage.starts("B", script.from.version) == 1);
}

TEST_CASE("a release that comes up alone, healthy and without routes, is taken back, 5") {
  auto script = three_real();
  script.members = {"A", "B"};
  script.within = "4s";
  Stage stage(script);
  stage.up();
  with_false_release(
      stage,
      script,
      fmt::format("sed 's/name: demo/name: alone/' \"$2\" > \"$2.alone\"; exec {} -c \"$2.alone\"",
                  script.to.binary.string()));
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  CHECK(stage.is_told(said, "mesh-full"));
  check_first_put_back(stage, script, "A");
}

TEST_CASE("the new server refuses clients that the old one let in: the old one is put back, 5") {
  auto script = three_real();
  script.hold = "2s";  // each of the three comes anew several times
  script.within = "10s";
  script.users =
      "authorization { users: [ { user: app, password: app }, { user: old, password: old } ] }\n"
      "no_auth_user: app\n";
  Stage stage(script);
  stage.up();
  std::jthread clients([&](const std::stop_token& stop) {
    for (int i = 0; !stop.stop_requested(); ++i) {
      try {
        auto client = support::Wire::client(
            stage.client_port("A"),
            fmt::format(R"({{"verbose":false,"user":"old","pass":"old","name":"client-{}"}})",
                        i % 3));
        client.send("PING");
        client.next();
      } catch (const std::exception&) {  // A is down for a moment
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));  // how often one comes
    }
  });
  for (const auto& node : script.members) {
    auto conf = stage.conf_of(node);
    const std::string gone = ", { user: old, password: old }";
    stage.file(node + ".conf", conf.replace(conf.find(gone), gone.size(), ""));
  }
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  CHECK(stage.is_told(said, "clients-let-in: A: refuses 3 clients that nobody refused before"));
  check_first_put_back(stage, script, "A");
}

TEST_CASE("a member whose monitoring falls silent is unknown, and unknown is red, 5") {
  auto script = three_real();
  script.within = "5s";
  Stage stage(script);
  stage.up();
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  wait_for_step(stage, *running, "B/check");
  const auto frozen = stage.pid_of("D");
  ::kill(frozen, SIGSTOP);
  const auto said = running->wait();
  ::kill(frozen, SIGCONT);
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  CHECK(stage.is_told(said, "D: "));
  CHECK(stage.version("A") == script.to.version);
  CHECK(stage.starts("D", script.to.version) == 0);
}

TEST_CASE("no room for the release on a member's disk is found before anything changes, 3") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  const auto ids = stage.server_ids();
  const auto disk = rehearsal::SmallDisk::at(stage.path("state/B/releases"), 512UL * 1024);
  if (!disk) {
    MESSAGE("not tested: this process may not mount a small disk (root may)");
    return;
  }
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 3);
  CHECK(stage.is_told(said, "No space left on device"));
  CHECK(stage.is_told(said, "nothing was changed"));
  check_untouched(stage, ids);
}

TEST_CASE(
    "a program that was replaced before it is installed is refused, and the old one serves, 5") {
  auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  const auto copy = stage.path("nats-broker");
  std::filesystem::copy_file(script.to.binary, copy);
  stage.change_plan(script.to.binary, copy);
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  wait_for_step(stage, *running, "A/check");
  for (const auto& file :
       {copy, stage.path("state/A/releases/" + script.to.version) / "nats-broker"}) {
    std::filesystem::remove(file);
    std::filesystem::copy_file(script.from.binary, file);
  }
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  CHECK(stage.is_told(said, "sha256"));
  check_first_put_back(stage, script, "A");
}

TEST_CASE("a supervisor that revives the old program is told, and its server is left alone, 7") {
  Script script = three_real();
  script.members = {"A", "B"};
  script.within = "4s";
  Stage stage(script);
  stage.up();
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  wait_for_step(stage, *running, "A/lame-duck");
  std::unique_ptr<support::ServerProcess> revived;
  support::eventually("the supervisor has revived A", [&] {
    support::ServerSettings settings{
        .release = script.from, .name = "A", .conf = *base::read_file(stage.path("A.conf"))};
    settings.port = stage.client_port("A");
    settings.may_fail = true;
    if (!stage.answers("A")) revived = std::make_unique<support::ServerProcess>(settings);
    return revived && stage.answers("A");
  });
  const auto id = stage.varz("A")["server_id"].text();
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 7);
  CHECK(stage.is_told(said, "somebody restarted it meanwhile"));
  CHECK(stage.varz("A")["server_id"].text() == id);
  CHECK(stage.version("B") == script.from.version);
}

TEST_CASE("interrupted twice natsctl ends at once, and the run goes on from there") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  auto client = std::make_unique<support::Wire>(support::Wire::client(stage.client_port("A")));
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  wait_for_step(stage, *running, "A/lame-duck");  // which its client delays
  running->signal(SIGINT);
  running->signal(SIGTERM);
  const auto said = running->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 130);
  CHECK(stage.is_told(said, "in the middle of A"));
  CHECK(said.has("natsctl resume 2"));
  // It goes to the other one, as a library would have it.
  client = std::make_unique<support::Wire>(support::Wire::client(stage.client_port("B")));
  const auto resumed = stage.natsctl({"resume"});
  CAPTURE(resumed.text);
  CHECK(resumed.exit_code == 0);
  for (const auto& node : script.members)
    CHECK(stage.starts(node, script.to.version) == 1);
}

TEST_CASE("the deadline passes: the run pauses between two members, 124") {
  const auto script = rehearsal::quick();
  Stage stage(script);
  stage.up();
  const auto said = stage.natsctl({"upgrade", "--yes", "--deadline", "1ms", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 124);
  for (const auto& node : script.members)
    CHECK(stage.version(node) == script.from.version);
  CHECK(said.has("natsctl resume 2"));
}

TEST_CASE("traffic that falls silent for longer than the plan allows stops the run with 9") {
  auto script = rehearsal::quick();
  script.plan = "probe: { rate: 20, subscribers: 1, max_gap: 1ms }\n";
  Stage stage(script);
  stage.up();
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 9);
  CHECK(stage.is_told(said, "heard nothing for"));
  CHECK(stage.natsctl({"report"}).has("longest silence"));
}

TEST_SUITE_END();
