#include "base/text.h"
#include "run/journal.h"
#include "tests/rehearsal/jetstream_client.h"
#include "tests/rehearsal/kills.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <csignal>

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::JetStreamClient;
using rehearsal::Running;
using rehearsal::Said;
using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

// natsctl logs in as `upgrader`, an application as `app`.
Script with_jetstream(const std::string& permissions) {
  auto script = rehearsal::quick();
  script.members = {"A", "B", "D"};
  script.from = Release::real("2.9");
  script.to = Release::real("2.10");
  script.jetstream = true;
  script.within = "8s";
  script.users = fmt::format(
      "authorization {{ users = [\n  {{ user: app, password: secret }}\n"
      "  {{ user: upgrader, password: secret{} }}\n] }}",
      permissions);
  script.plan = "access: { user: upgrader, password_file: password }\n";
  return script;
}

std::vector<std::string> urls_of(const Stage& stage, const Script& script) {
  std::vector<std::string> urls;
  for (const auto& node : script.members)
    urls.push_back(fmt::format("nats://app:secret@127.0.0.1:{}", stage.client_port(node)));
  return urls;
}

// Each member leads a stream, so that whichever comes first does.
void let_each_lead_one(JetStreamClient& client, const Script& script) {
  for (const auto& node : script.members)
    client.make_stream(node, 3);
  // For a while: a busy server may hear that it is to step down when it has just become the leader.
  int steady = 0;
  support::eventually(
      "each leads a stream",
      [&] {
        ++steady;
        for (const auto& node : script.members) {
          if (client.leader(node) == node) continue;
          static_cast<void>(client.api("STREAM.LEADER.STEPDOWN." + node));
          steady = 0;
        }
        return steady == 50;
      },
      std::chrono::seconds(60));
}

// The node whose step of that action has begun first.
std::string first_node_at(const Stage& stage, Running& running, const std::string& action) {
  std::string node;
  support::eventually(
      action + " begins",
      [&] {
        const auto run = stage.newest_run();
        const auto events = run.empty() ? base::Result<std::vector<run::Event>>({})
                                        : run::load_journal(run / "journal.jsonl");
        if (!events) return running.ended();
        for (const auto& event : *events) {
          if (event.kind == run::EventKind::step_started && event.step.ends_with("/" + action))
            node = event.node;
        }
        return running.ended() || !node.empty();
      },
      std::chrono::seconds(60));
  REQUIRE_FALSE(node.empty());
  return node;
}

}  // namespace

TEST_SUITE("rehearsal: failures") {
  TEST_CASE("leaders that do not step down: the run pauses before the stop, 5") {
    const auto script = with_jetstream(
        R"(, permissions: { publish: { deny: "$JS.API.STREAM.LEADER.STEPDOWN.>" } })");
    Stage stage(script);
    stage.file("password", "secret\n");
    stage.up();
    JetStreamClient client(urls_of(stage, script));
    let_each_lead_one(client, script);
    const auto ids = stage.server_ids();
    const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
    CAPTURE(said.text);
    CHECK(said.exit_code == 5);
    CHECK(stage.is_told(said, "still leads 1 stream"));
    CHECK(stage.server_ids() == ids);
  }

  TEST_CASE("JetStream that does not become whole in time: the member stays up, 5, and on later") {
    const auto script = with_jetstream("");
    Stage stage(script);
    stage.file("password", "secret\n");
    stage.up();
    JetStreamClient client(urls_of(stage, script));
    client.make_stream("ORDERS", 3);
    auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
    const auto first = first_node_at(stage, *running, "start-node");
    // Another member stands still: its copies stay behind.
    const auto other = first == "D" ? "B" : "D";
    const auto frozen = stage.pid_of(other);
    ::kill(frozen, SIGSTOP);
    const auto said = running->wait();
    ::kill(frozen, SIGCONT);
    CAPTURE(said.text);
    CHECK(said.exit_code == 5);
    CHECK(stage.is_told(said, "jetstream-whole"));
    CHECK(stage.is_told(said, other));
    CHECK(stage.version(first) == script.to.version);
    CHECK(stage.starts(first, script.to.version) == 1);
    // The group elects, and the copies catch up, in their own time: until then it pauses again.
    support::eventually(
        "the run goes on to its end",
        [&] { return stage.natsctl({"resume"}).exit_code == 0; },
        std::chrono::seconds(60));
    for (const auto& node : script.members)
      CHECK(stage.starts(node, script.to.version) == 1);
  }
}
