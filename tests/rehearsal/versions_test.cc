// natsctl check on real servers: which way between releases is open, and which is not.
#include "base/files.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"

#include <doctest/doctest.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

Script script(const std::string& from, const std::string& to) {
  Script script;
  script.members = {"A", "B", "D"};
  script.from = Release::real(from);
  script.to = Release::real(to);
  script.plan = "";
  return script;
}

// A plan for another release.
std::string replaced(std::string plan, const Release& old, const Release& wanted) {
  const auto binary = plan.find(old.binary.string());
  plan.replace(binary, old.binary.string().size(), wanted.binary.string());
  return plan.replace(plan.find(old.version), old.version.size(), wanted.version);
}

void add_to_conf(const Stage& stage, const std::string& node, const std::string& text) {
  const auto before = base::read_file(stage.path(node + ".conf"));
  REQUIRE(before);
  stage.file(node + ".conf", *before + text);
}

void with_jetstream(const Stage& stage) {
  for (const auto* node : {"A", "B", "D"}) {
    add_to_conf(stage,
                node,
                "jetstream { store_dir: \"" + (stage.path("store") / node).string() +
                    "\", max_file_store: 64MB }\n");
  }
}

// Asks JetStream's API until it does it: it takes a while until there is a leader.
void ask(const Stage& stage, const std::string& what, const std::string& request) {
  support::eventually(
      "JetStream does " + what,
      [&] {
        const auto server = "127.0.0.1:" + std::to_string(stage.client_port("A"));
        const auto said = stage.natsctl({"request", "$JS.API." + what, request, "-s", server});
        return said.exit_code == 0 && said.has("\"config\"") && !said.has("\"error\"");
      },
      std::chrono::seconds(60));
}

// What `check` says once every server shows what the test put there.
rehearsal::Said check(const Stage& stage, const std::string& until) {
  rehearsal::Said said;
  support::eventually(
      "check says " + until,
      [&] {
        said = stage.natsctl({"check", stage.plan()});
        return said.has(until);
      },
      std::chrono::seconds(60));
  CAPTURE(said.text);
  return said;
}

}  // namespace

TEST_SUITE_BEGIN("rehearsal: versions");

TEST_CASE("a cluster with JetStream is not upgraded from 2.10 to 2.15, and is told how to go") {
  Stage stage(script("2.10", "newest"));
  with_jetstream(stage);
  stage.up();
  ask(stage, "STREAM.CREATE.ORDERS", R"({"name":"ORDERS","subjects":["o.>"],"num_replicas":3})");
  auto said = check(stage, "raft-delete-range-possible");
  CHECK(said.exit_code == 3);
  CHECK(said.has("upgrade every server to 2.14 first"));
  CHECK(said.has("PR 8520"));

  ask(stage,
      "STREAM.CREATE.COPY",
      R"({"name":"COPY","num_replicas":3,"mirror":{"name":"ORDERS"}})");
  said = check(stage, "$G > COPY (a mirror, R3)");
  CHECK(said.exit_code == 3);
  const auto ids = stage.server_ids();
  said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  CHECK(said.exit_code == 3);
  CHECK(said.has("raft-delete-range"));
  CHECK(stage.server_ids() == ids);

  stage.change_plan("policy: {", "policy: { accept: [raft-delete-range],");
  CHECK(stage.natsctl({"check", stage.plan()}).has("it cannot be accepted"));
}

TEST_CASE("a store of 2.15 is not taken to 2.9, nor its settings to 2.10") {
  Stage stage(script("newest", "2.9"));
  with_jetstream(stage);
  stage.up();
  ask(stage,
      "STREAM.CREATE.SHORT",
      R"({"name":"SHORT","subjects":["s.>"],"num_replicas":3,"allow_msg_ttl":true})");
  auto said = check(stage, "$G > SHORT (API level 1)");
  CHECK(said.exit_code == 3);
  CHECK(said.has("store-before-tombstones"));
  CHECK(said.has("2.9.22 is the oldest release that reads it"));

  const auto nearer = Release::real("2.10");
  const auto text = *base::read_file(stage.before());
  stage.file("plan.yaml", replaced(text, Release::real("newest"), nearer));
  said = check(stage, "settings-vanish");
  CHECK(said.exit_code == 3);
  CHECK_FALSE(said.has("store-before-tombstones"));
  CHECK(said.has("store-index"));
}

TEST_CASE("a cluster without JetStream may jump, with a conf that the old release refuses not") {
  Stage stage(script("2.10", "newest"));
  stage.up();
  auto said = check(stage, "nothing stands in the way");
  CHECK(said.exit_code == 0);
  CHECK(said.has("exit-code-of-sigterm"));

  add_to_conf(stage, "B", "feature_flags { js_ack_fc_v2: false }\n");
  said = check(stage, "conf-of-2.14");
  CHECK(said.exit_code == 3);
  CHECK(said.has("B: feature_flags"));
  CHECK(said.has("the way back"));
  stage.change_plan("policy: {", "policy: { accept: [conf-of-2.14],");
  CHECK(stage.natsctl({"check", stage.plan()}).exit_code == 0);
}

TEST_SUITE_END();
