#include "base/files.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/server_process.h"

#include <csignal>
#include <map>

#include <doctest/doctest.h>

using rehearsal::Script;
using rehearsal::Stage;

namespace {

// What must be as it was before.
class Untouched {
 public:
  explicit Untouched(const Stage& stage) : stage_(stage), ids_(stage.server_ids()) {}

  ~Untouched() {
    CHECK(stage_.server_ids() == ids_);
    CHECK_FALSE(stage_.answers("C"));
  }

  Untouched(const Untouched&) = delete;
  Untouched& operator=(const Untouched&) = delete;

 private:
  const Stage& stage_;
  std::map<std::string, std::string> ids_;
};

std::string yaml_port(const Stage& stage, const std::string& node) {
  return "client: 127.0.0.1:" + std::to_string(stage.client_port(node));
}

}  // namespace

TEST_SUITE_BEGIN("rehearsal: bad input");

TEST_CASE(
    "every mistake of a plan is named at once with its place and a hint, and nothing is touched") {
  Stage stage;
  stage.up();
  const Untouched untouched(stage);
  stage.change_plan("config: A.conf", "confg: A.conf");
  stage.change_plan(yaml_port(stage, "B"), yaml_port(stage, "A"));
  stage.change_plan("2.10.28/nats-broker", "2.10.28/no-such-program");
  for (const auto* command : {"check", "plan", "upgrade", "rehearse"}) {
    CAPTURE(command);
    const auto said = stage.natsctl({command, stage.plan()});
    CAPTURE(said.text);
    CHECK(said.exit_code == 2);
    CHECK(said.has("unknown key 'confg'; did you mean 'config'?"));
    CHECK(said.has("plan.yaml:6:"));
    CHECK(said.has("no-such-program"));
  }
}

TEST_CASE("a wrong checksum, a playbook for a plan and unreadable YAML end with 2") {
  Stage stage;
  stage.up();
  const Untouched untouched(stage);
  stage.change_plan("release: {", "release: { sha256: " + std::string(64, '0') + ",");
  CHECK(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 2);
  const auto playbook =
      stage.file("playbook.yaml", "apiVersion: natsctl/v1\nkind: Playbook\nname: x\n");
  const auto said = stage.natsctl({"upgrade", "--yes", playbook});
  CHECK(said.exit_code == 2);
  CHECK(said.has("ClusterPlan"));
  CHECK(stage.natsctl({"upgrade", "--yes", stage.file("bad.yaml", "nodes: [\n")}).exit_code == 2);
}

TEST_CASE("a command line that cannot be understood ends with 2 and a hint") {
  Stage stage;
  const auto said = stage.natsctl({"upgrad", stage.plan()});
  CHECK(said.exit_code == 2);
  CHECK(said.has("did you mean natsctl upgrade?"));
  CHECK(stage.natsctl({"upgrade"}).exit_code == 2);
  CHECK(stage.natsctl({"upgrade", "--deadline", "soon", stage.plan()}).exit_code == 2);
}

TEST_CASE("what follows the servers of a small client is its subject") {
  const support::ServerProcess server({.release = support::Release::broker()});
  const Stage stage;
  const auto url = "127.0.0.1:" + std::to_string(server.port());
  const auto asked = stage.natsctl({"request", "-s", url, "nobody.listens", "text"});
  CAPTURE(asked.text);
  CHECK(asked.exit_code == 1);  // nobody answers: its words were understood
  CHECK(stage.natsctl({"pub", "-s", url + "," + url, "news", "text"}).exit_code == 0);
  CHECK(stage.natsctl({"pub", "-s", url, "-s", url, "news", "text"}).exit_code == 0);
}

TEST_CASE("without a terminal and without --yes nothing begins") {
  Stage stage;
  stage.up();
  const Untouched untouched(stage);
  const auto said = stage.natsctl({"upgrade", stage.plan()});
  CHECK(said.exit_code == 2);
  CHECK(said.has("--yes"));
}

TEST_CASE("a busy port of the temporary node is found before anything is touched") {
  Stage stage;
  stage.up();
  const Untouched untouched(stage);
  support::ServerSettings settings;
  settings.port = stage.client_port("C");
  const support::ServerProcess squatter(settings);
  CHECK(stage.natsctl({"check", stage.plan()}).exit_code == 3);
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CHECK(said.exit_code == 3);
  CHECK(said.has(std::to_string(stage.client_port("C"))));
}

TEST_CASE("a member that is down is found before anything is touched") {
  Script script;
  script.members = {"A", "B", "D"};
  Stage stage(script);
  stage.up();
  const auto record = *base::Json::parse(*base::read_file(stage.path("state/D/server.json")));
  const auto pid = static_cast<pid_t>(record["pid"].integer());
  REQUIRE(pid > 1);
  ::kill(pid, SIGKILL);
  const Untouched untouched(stage);
  CHECK(stage.natsctl({"check", stage.plan()}).exit_code == 3);
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CHECK(said.exit_code == 3);
  CHECK(said.has("D"));
}

TEST_CASE("a member with other users is found before anything is touched") {
  Stage stage;
  stage.up();
  const Untouched untouched(stage);
  const auto conf = *base::read_file(stage.path("B.conf"));
  stage.file("B.conf", conf + "authorization { users = [ { user: bob, password: x } ] }\n");
  const auto said = stage.natsctl({"check", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 3);
  CHECK(said.has("B: compared with A"));
  CHECK(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 3);
}

TEST_CASE("a program that reports another version is found before anything is touched") {
  Stage stage;
  stage.up();
  const Untouched untouched(stage);
  stage.change_plan("2.10.28, binary", "2.10.29, binary");
  const auto said = stage.natsctl({"check", stage.plan()});
  CHECK(said.exit_code == 3);
  CHECK(said.has("2.10.28"));
  CHECK(stage.natsctl({"upgrade", "--yes", stage.plan()}).exit_code == 3);
}

TEST_SUITE_END();

TEST_SUITE_BEGIN("rehearsal: a bad release");

namespace {

// The upgrade to a program that does `instead` of serving: one node is put back, the other is not
// touched.
void check_put_back(const std::string& instead, const std::string& said_of_it) {
  Script script;
  script.within = "5s";
  Stage stage(script);
  stage.up();
  const auto before = stage.server_ids();
  stage.change_plan(script.to.binary, false_server(stage, script.to.version, instead));
  // C runs a program that works: the test is about the members.
  stage.change_plan("use: always,", "use: always, binary: " + script.from.binary.string() + ",");
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 5);
  int restarted = 0;
  for (const auto& [node, id] : stage.server_ids()) {
    CHECK(stage.version(node) == script.from.version);
    CHECK(stage.varz(node)["routes"].integer() > 0);
    if (id != before.at(node)) ++restarted;
  }
  CHECK(restarted == 1);
  const auto report = stage.natsctl({"report"});
  CHECK(report.has("halted in a safe mixed state"));
  CHECK(report.has(said_of_it));
}

}  // namespace

TEST_CASE(
    "a new program that ends at once: the old one is back and serving, the others untouched") {
  check_put_back("echo cannot open the sky; exit 1", "cannot open the sky");
}

TEST_CASE(
    "a new program that never becomes healthy: the old one is back and serving, the others "
    "untouched") {
  check_put_back("exec sleep 1000", "node-healthy");
}

TEST_SUITE_END();
