#include "actions/preflight.h"

#include "actions/server.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_cluster.h"
#include "tests/support/fake_executor.h"
#include "tests/support/fake_jetstream.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {

using actions::Finding;
using actions::Severity;

// A healthy cluster A, B of 2.9, with machines of variables, and a plan for the real 2.10.
struct Before {
  support::TempDir folder;
  support::FakeCluster cluster{{"A", "B"}, "C"};
  support::FakeClock clock;
  plan::Plan plan = cluster.plan();
  actions::Executors executors;
  std::shared_ptr<std::vector<std::string>> asked = std::make_shared<std::vector<std::string>>();

  Before() {
    const auto real = support::Release::real("2.10");
    plan.release = {real.version, real.binary, ""};
    for (auto& node : plan.nodes) {
      cluster.change(node.name, [](auto& server) { server.version = "2.9.10"; });
      node.config = folder.file(node.name + ".conf", "server_name: " + node.name + "\n");
      auto executor = std::make_unique<support::FakeExecutor>(node.name, asked);
      executor->run_foreign({node.client.port, node.route.port, node.monitor.port});
      executors[node.name] = std::move(executor);
    }
    executors["C"] = std::make_unique<support::FakeExecutor>("C", asked);
  }

  support::FakeExecutor& machine(const std::string& node) {
    return static_cast<support::FakeExecutor&>(*executors[node]);
  }

  std::vector<Finding> findings() {
    return actions::preflight(plan, cluster.snapshot(clock.now()), executors);
  }

  bool finds(const std::string& text) { return has(Severity::error, text); }

  bool warns(const std::string& text) { return has(Severity::warning, text); }

  bool has(Severity severity, const std::string& text) {
    for (const auto& finding : findings()) {
      if (finding.severity == severity && finding.sentence().find(text) != std::string::npos)
        return true;
    }
    std::string all;
    for (const auto& finding : findings())
      all += finding.sentence() + "\n";
    MESSAGE(all);
    return false;
  }
};

}  // namespace

TEST_SUITE("actions: preflight") {
  TEST_CASE("a cluster in order gives nothing to settle, and nothing is changed") {
    Before before;
    std::string all;
    for (const auto& finding : before.findings()) {
      if (finding.severity != Severity::note) all += finding.sentence() + "\n";
    }
    CHECK(all == "");
    // The programs that run are asked what they say of their confs (-t).
    const auto program = before.machine("A").state.running->binary.string();
    CHECK(std::set<std::string>(before.asked->begin(), before.asked->end()) ==
          std::set<std::string>{"A run " + program, "B run " + program});
  }

  TEST_CASE("a finding of a rule says its id and its source, and a plan may accept it") {
    Before before;
    before.machine("B").outcome = {1, "b.conf:1:1: unknown field \"new\"\n"};
    CHECK(before.finds("the way back: 2.9.10 does not take the conf: B: b.conf:1:1"));
    CHECK(before.finds("[conf-refused: the program's own -t]"));
    before.plan.policy.accept = {"conf-refused"};
    CHECK_FALSE(actions::any_error(before.findings()));
    before.machine("B").fail["run"] = "no such program";
    CHECK(before.warns("it is not known whether 2.9.10 still takes its conf: no such program"));
  }

  TEST_CASE("JetStream on a server decides what may be done, and its silence counts against it") {
    Before before;
    before.plan.release.version = "2.15.1";
    contract::Jsz jsz;
    jsz.account_details = {{.name = "APP", .stream_detail = {{.name = "COPY"}}}};
    auto& copy = jsz.account_details[0].stream_detail[0].config;
    copy.num_replicas = 3;
    copy.mirror = base::Json::object({{"name", "ORDERS"}});
    for (const auto* node : {"A", "B"})
      before.cluster.change(node, [&](auto& server) { server.jsz = jsz; });
    CHECK(before.finds("makes them: APP > COPY (a mirror, R3)"));
    before.cluster.change("B", [&](auto& server) { server.jsz->disabled = true; });
    CHECK(before.finds("makes them: not known: JetStream's own monitoring, /jsz, did not tell"));
  }

  TEST_CASE("the way back is wanted when the plan says on_failure: rollback") {
    Before before;
    for (const auto* node : {"A", "B"})
      before.cluster.change(node, [](auto& server) { server.jsz.emplace(); });
    CHECK(before.warns("the way back: 2.9.10 cannot read the store that 2.10.27 writes"));
    before.plan.policy.on_failure = plan::OnFailure::rollback;
    CHECK(before.finds("the way back: 2.9.10 cannot read the store that 2.10.27 writes"));
  }

  TEST_CASE("a server that drains for longer than the plan counts on is told, and waited for") {
    Before before;
    before.plan.policy.drain = {.duration = 30s, .grace = 1s};
    // A conf without a word means what the server does then.
    CHECK(before.warns("A: its lame duck takes up to 2m, 10s of it before the first client goes"));
    CHECK(actions::drain_limit(before.plan, before.plan.nodes[0]) > 2min);
    before.plan.nodes[0].config = before.folder.file(
        "A.conf", "server_name: A\nlame_duck_duration: \"30s\"\nlame_duck_grace_period: \"1s\"\n");
    CHECK_FALSE(before.warns("A: its lame duck"));
    CHECK(actions::drain_limit(before.plan, before.plan.nodes[0]) < 1min);
    before.plan.nodes[0].config = before.folder / "no-such.conf";
    CHECK(actions::drain_limit(before.plan, before.plan.nodes[0]) > 2min);
  }

  TEST_CASE("a node that only the system account could show is named without saying so twice") {
    Before before;
    before.plan.nodes[0].monitor = {};
    before.cluster.change("A", [](auto& a) { a.up = false; });
    CHECK(before.finds("A: it is not seen: "));
  }

  TEST_CASE("every finding is told at once") {
    Before before;
    before.cluster.change("A", [](auto& a) { a.up = false; });
    before.cluster.change("B", [](auto& b) { b.cluster = "other"; });
    before.plan.release.version = "2.10.99";
    CHECK(before.finds("A: no answer from its monitoring"));
    CHECK(before.finds("B: it is in cluster 'other', the plan says 'demo'"));
    CHECK(before.finds("says that it is 2.10.27, the plan says 2.10.99"));
  }

  TEST_CASE("what of JetStream would be away or lost is told before anything is touched") {
    Before before;
    support::FakeJetStream jetstream;
    jetstream.servers = jetstream.peers = {"A", "B"};
    jetstream.streams = {{.name = "SINGLE", .copies = {"B"}, .leader = "B", .replicas = 1}};
    jetstream.show(before.cluster);
    CHECK(before.finds("B: stream APP > SINGLE has its only copy there"));
    CHECK(before.finds("policy.jetstream.accept_offline: [ APP/SINGLE ]"));
    before.plan.policy.jetstream.accept_offline = {"SINGLE"};
    CHECK_FALSE(actions::any_error(before.findings()));
    jetstream.streams[0].leader.clear();
    jetstream.show(before.cluster);
    CHECK(before.finds("stream APP > SINGLE has no leader"));
  }

  TEST_CASE("what the cluster shows wrong is found") {
    Before before;
    before.cluster.change("B", [](auto& b) { b.cut_off = {"A"}; });
    CHECK(before.finds("B: routes to nothing, wanted routes to A"));
    before.cluster.change("B", [](auto& b) { b.healthy = false; });
    CHECK(before.finds("B: healthz unavailable"));
    before.cluster.change("B", [](auto& b) { b.name = "A"; });
    CHECK(before.finds("B: it has the server_name 'A', as A has"));
    before.cluster.change("B", [](auto& b) { b.id = "A-1"; });
    CHECK(before.finds("B: it is the same server as A"));
    before.cluster.change("A", [](auto& a) { a.advertises = false; });
    CHECK(before.finds("no_advertise"));
  }

  TEST_CASE("where servers tell clients of no other one the temporary node cannot help") {
    Before before;
    for (const auto* node : {"A", "B"})
      before.cluster.change(node, [](auto& server) { server.advertises = false; });
    CHECK(before.warns("C cannot help, and is left out"));
    CHECK_FALSE(actions::any_error(before.findings()));
    before.plan.temp_node->use = plan::TempNode::Use::always;
    CHECK(before.finds("A: it tells its clients of no other server"));
  }

  TEST_CASE("the process behind the client port must be the monitored server") {
    Before before;
    before.machine("A").state.running->listens = {before.plan.nodes[0].client.port};
    CHECK(before.finds("and another one on 127.0.0.1"));
    before.machine("A").state.running.reset();
    CHECK(before.finds("no process of this machine is seen to listen"));
    before.machine("B").state.free_bytes = 1024;
    CHECK(before.finds("B: 1 KiB free"));
  }

  TEST_CASE("a member with other users is found, and so is a conf that the release does not take") {
    Before before;
    before.folder.file("B.conf", "server_name: B\nauthorization { user: u, password: p }\n");
    CHECK(before.finds("B: compared with A: authorization is one too many"));
    before.folder.file("B.conf", "server_name: B\nno_such_key: 1\n");
    CHECK(before.finds("B: 2.10.27 does not take its conf"));
  }

  TEST_CASE("a busy port of the temporary node is found unless it is not wanted") {
    Before before;
    const int port = before.plan.nodes[0].monitor.port;
    before.cluster.serve();
    before.plan.temp_node->node.client.port = port;
    for (int tries = 0; tries < 500 && !actions::any_error(before.findings()); ++tries) {
    }
    CHECK(before.finds("is used by another program"));
    before.plan.temp_node->use = plan::TempNode::Use::never;
    CHECK_FALSE(actions::any_error(before.findings()));
  }
}
