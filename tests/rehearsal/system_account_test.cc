#include "tests/rehearsal/stage.h"

#include <doctest/doctest.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

Script without_http(const std::string& from, const std::string& to) {
  Script script;
  script.from = Release::real(from);
  script.to = Release::real(to);
  script.monitored = false;
  script.users =
      "accounts { SYS { users = [ { user: sys, password: sesame } ] }\n"
      "           APP { users = [ { user: app, password: app } ] } }\n"
      "system_account: SYS\nno_auth_user: app\n";
  script.plan =
      "system: { user: sys, password_file: sys.password }\n"
      "probe: { rate: 50, subscribers: 2 }\n";
  return script;
}

}  // namespace

TEST_SUITE_BEGIN("rehearsal: system account");

TEST_CASE("a cluster without any HTTP port is upgraded end to end, without a loss") {
  for (const auto& [from, to] : {std::pair("2.9", "2.10"), std::pair("2.10", "newest")}) {
    CAPTURE(from);
    const auto script = without_http(from, to);
    const Stage stage(script);
    stage.file("sys.password", "sesame\n");
    stage.up();
    const auto checked = stage.natsctl({"check", stage.plan()});
    CAPTURE(checked.text);
    CHECK(checked.exit_code == 0);
    CHECK(checked.has("A: watched through the system account"));
    const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
    CAPTURE(said.text);
    CHECK(said.exit_code == 0);
    for (const auto& node : script.members) {
      CHECK(stage.starts(node, script.to.version) == 1);
      CHECK(stage.starts("C", script.to.version) == 0);  // its folder is gone
    }
    CHECK(stage.natsctl({"report"}).has("careful subscribers lost 0"));
    CHECK_FALSE(said.has("sesame"));
    CHECK_FALSE(stage.natsctl({"journal"}).has("sesame"));
  }
}

TEST_CASE("a wrong password for the system account is told by check, and nothing is touched") {
  const auto script = without_http("2.10", "newest");
  const Stage stage(script);
  stage.file("sys.password", "sesame\n");
  stage.up();
  stage.file("sys.password", "guess-me\n");
  const auto said = stage.natsctl({"check", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 3);
  CHECK(said.has("the system account"));
  CHECK_FALSE(said.has("the system account: the system account"));
  CHECK_FALSE(said.has("guess-me"));
  stage.file("sys.password", "sesame\n");
}

TEST_SUITE_END();
