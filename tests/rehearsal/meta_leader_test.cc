#include "actions/meta_leader.h"

#include "base/text.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

// A, B and D with JetStream and a user of the system account.
Script three_with_jetstream(const std::string& from, const std::string& to) {
  Script script;
  script.members = {"A", "B", "D"};
  script.from = Release::real(from);
  script.to = Release::real(to);
  script.jetstream = true;
  script.users =
      "accounts { SYS { users = [ { user: sys, password: sesame } ] }\n"
      "           APP { jetstream: enabled, users = [ { user: app, password: app } ] } }\n"
      "system_account: SYS\nno_auth_user: app\n";
  script.plan = "system: { user: sys, password_file: sys.password }\n";
  script.within = "60s";
  return script;
}

// Who leads the meta group, one entry for each that was seen to.
class Leaders {
 public:
  explicit Leaders(const Stage& stage) {
    watch::SystemSettings settings;
    settings.servers = base::split(stage.urls(), ',');
    settings.access.user = "sys";
    settings.access.password.file = stage.path("sys.password");
    system_ = std::make_unique<watch::SystemAccount>(std::move(settings));
  }

  void look() {
    const auto answers = system_->ask_all("JSZ", {}, 4, std::chrono::milliseconds(500));
    const auto leader = answers ? actions::meta_leader_of(*answers) : std::string();
    if (!leader.empty() && (seen.empty() || seen.back() != leader)) seen.push_back(leader);
  }

  std::vector<std::string> seen;

 private:
  std::unique_ptr<watch::SystemAccount> system_;
};

void lead_moves_once(const std::string& from, const std::string& to) {
  const Stage stage(three_with_jetstream(from, to));
  stage.file("sys.password", "sesame\n");
  stage.change_plan("policy: {", "policy: { accept: [raft-delete-range-possible],");
  stage.up();
  Leaders leaders(stage);
  support::eventually("somebody leads", [&] {
    leaders.look();
    return !leaders.seen.empty();
  });
  auto upgrade = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  support::eventually(
      "the upgrade ends",
      [&] {
        leaders.look();
        return upgrade->ended();
      },
      std::chrono::minutes(5));
  const auto said = upgrade->wait();
  CAPTURE(said.text);
  CHECK(said.exit_code == 0);
  const auto seen = base::join(leaders.seen, ", ");
  CAPTURE(seen);
  REQUIRE(leaders.seen.size() == 2);
  const auto told = fmt::format(
      "{} gave JetStream's meta group to {}", leaders.seen.front(), leaders.seen.back());
  CHECK(stage.natsctl({"report"}).has(told));
}

}  // namespace

TEST_SUITE("rehearsal: meta leader") {
  TEST_CASE("from 2.9 to 2.10 the lead of the meta group moves once, because it was asked to") {
    lead_moves_once("2.9", "2.10");
  }

  TEST_CASE("from 2.10 to 2.15 the lead of the meta group moves once, because it was asked to") {
    lead_moves_once("2.10", "newest");
  }
}
