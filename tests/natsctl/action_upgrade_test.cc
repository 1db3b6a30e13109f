#include "actions/action_table.h"
#include "actions/local_cluster.h"
#include "actions/server.h"
#include "exec/make_executor.h"
#include "exec/proc.h"
#include "gates/gate_keeper.h"
#include "gates/server_conf.h"
#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"
#include "watch/observe.h"
#include "watch/traffic_probe.h"

#include <csignal>

#include <doctest/doctest.h>
#include <fmt/core.h>

using namespace std::chrono_literals;

namespace {

using actions::Applied;

// A local cluster of real servers A and B of the 2.9 line, and a plan for 2.10 with a temporary
// node C.
struct Site {
  support::TempDir folder;
  plan::Plan plan;
  std::unique_ptr<base::Clock> clock = base::system_clock();
  watch::Watcher watcher{*clock};
  actions::Executors executors;
  watch::Baseline before;
  std::stop_source stop;
  bool temp_expected = false;
  std::vector<std::string> said;

  explicit Site(const support::Release& running = support::Release::real("2.9")) {
    plan.cluster = "demo";
    plan.policy.drain.duration = 30s;
    release(running);
    for (const auto* name : {"A", "B"})
      plan.nodes.push_back(node(name));
    plan.temp_node = plan::TempNode{};
    plan.temp_node->node = node("C");
    plan.temp_node->like = "A";
    std::string routes;
    for (const auto& member : plan.nodes)
      routes += "\"nats://" + member.route.text() + "\", ";
    for (auto& member : plan.nodes) {
      member.config = folder.file(
          member.name + ".conf",
          fmt::format("server_name: {}\nlisten: \"{}\"\nhttp: \"{}\"\nlame_duck_duration: \"30s\"\n"
                      "lame_duck_grace_period: \"1s\"\ncluster {{ name: demo, listen: \"{}\", "
                      "routes: [ {} ] }}\n",
                      member.name,
                      member.client.text(),
                      member.monitor.text(),
                      member.route.text(),
                      routes));
    }
    for (const auto& member : plan.nodes)
      watch_and_reach(member);
    watch_and_reach(plan.temp_node->node);
  }

  ~Site() {
    for (auto& [name, executor] : executors) {
      const auto facts = executor->facts();
      if (facts && facts->running) ::kill(facts->running->id.pid, SIGKILL);
    }
  }

  plan::Node node(const std::string& name) const {
    plan::Node node;
    node.name = name;
    node.client = {"127.0.0.1", support::free_port()};
    node.route = {"127.0.0.1", support::free_port()};
    node.monitor = {"127.0.0.1", support::free_port()};
    node.executor.dir = folder / ("state/" + name);
    return node;
  }

  void watch_and_reach(const plan::Node& node) {
    watcher.add(node);
    executors[node.name] = exec::make_executor(node);
  }

  void release(const support::Release& wanted) {
    plan.release = {wanted.version, wanted.binary, ""};
  }

  actions::LocalCluster local() {
    return {plan, executors, watcher, *clock, stop.get_token(), [this](const std::string& s) {
              said.push_back(s);
            }};
  }

  base::Result<void> step(const std::string& action,
                          const std::string& name,
                          Applied first = Applied::no) {
    const playbook::Step step{
        .id = name + "/" + action, .action = action, .node = name, .args = {}, .gate = {}};
    actions::Context context{.plan = plan,
                             .step = step,
                             .before = before,
                             .executors = executors,
                             .watcher = watcher,
                             .clock = *clock,
                             .stop = stop.get_token(),
                             .run_id = "run-1",
                             .temp_node_expected = temp_expected,
                             .say = [this](const std::string& s) { said.push_back(s); }};
    const auto* row = actions::find_action(action);
    const auto applied = TRY(row->probe(context));
    CAPTURE(step.id);
    CHECK(applied == first);
    TRY(row->apply(context));
    if (row->changes) CHECK(TRY(row->probe(context)) == Applied::yes);
    return {};
  }

  bool gate(const std::vector<std::string>& conditions, const std::string& name) {
    playbook::Step step{.id = name, .action = {}, .node = name, .args = {}, .gate = {}};
    step.gate = playbook::Gate{"gate", conditions, 200ms, 20s};
    gates::GateKeeper keeper(*clock, [this] { return watcher.look(); });
    const auto waited = keeper.wait({plan, step, before, temp_expected}, {}, {});
    INFO(waited.sentence(*step.gate));
    CHECK(waited.end == gates::Waited::End::opened);
    return waited.end == gates::Waited::End::opened;
  }
};

std::string why(const base::Result<void>& result) {
  return result ? "" : result.error().what;
}

// The whole procedure, step by step, with traffic that must lose nothing.
void upgrade(const support::Release& from, const support::Release& to) {
  Site site(from);
  auto local = site.local();
  CHECK(why(actions::up(local)) == "");
  auto settings = watch::probe_settings(site.plan, site.plan.clusters().front());
  settings.subscribers = 2;
  auto probe = watch::TrafficProbe::start(settings, *site.clock);
  REQUIRE(probe);
  site.release(to);
  site.before = watch::baseline_of(site.plan, site.watcher.look());
  CHECK(why(site.step("preflight", "")) == "");
  CHECK(why(site.step("stage-release", "")) == "");
  CHECK(why(site.step("add-temp-node", "C")) == "");
  site.temp_expected = true;
  site.gate({"temp-joined", "clients-know-temp", "same-users", "mesh-full", "healthz-ok"}, "C");
  for (const auto* name : {"A", "B"}) {
    site.gate({"others-green", "mesh-full"}, name);
    site.before[name] = watch::before_of(name, site.watcher.look());
    CHECK(why(site.step("lame-duck", name)) == "");
    site.gate({"clients-moved"}, name);
    CHECK(why(site.step("stop-node", name, Applied::yes)) == "");
    CHECK(why(site.step("install-release", name)) == "");
    CHECK(why(site.step("start-node", name)) == "");
    site.gate({"new-server-id", "version-is-release", "mesh-full", "healthz-ok"}, name);
  }
  site.temp_expected = false;
  CHECK(why(site.step("remove-temp-node", "C")) == "");
  site.gate({"temp-gone", "version-is-release", "mesh-full", "healthz-ok"}, "C");
  CHECK(why(site.step("verify", "")) == "");
  const auto result = (*probe)->finish();
  CAPTURE(result.to_json().dump());
  CHECK(result.careful.lost == 0);
  CHECK_FALSE(std::filesystem::exists(gates::temp_conf_file(*site.plan.temp_node)));
  probe->reset();
  CHECK(why(actions::down(local)) == "");
  CHECK_FALSE(exec::listener_on(site.plan.nodes[0].client));
  CHECK_FALSE(std::filesystem::exists(site.plan.nodes[0].executor.dir));
}

}  // namespace

TEST_SUITE("actions: an upgrade of servers") {
  TEST_CASE("the procedure takes a real cluster from one release to the next under traffic") {
    upgrade(support::Release::real("2.9"), support::Release::real("2.10"));
  }

  TEST_CASE(
      "the procedure takes a cluster of the bundled broker to its next release under traffic") {
    upgrade(support::Release::broker(), support::Release::broker_next());
  }

  TEST_CASE(
      "a release that ends at once is told with its last lines, and the one before comes back") {
    Site site;
    auto local = site.local();
    REQUIRE(why(actions::up(local)) == "");
    site.before = watch::baseline_of(site.plan, site.watcher.look());
    const auto broken =
        site.folder.file("broken-server", "#!/bin/sh\necho cannot do this >&2\nexit 3\n");
    std::filesystem::permissions(broken, std::filesystem::perms::owner_all);
    site.plan.release = {"9.9.9", broken, ""};
    CHECK(why(site.step("stage-release", "")) == "");
    CHECK(why(site.step("stop-node", "A")) == "");
    CHECK(why(site.step("install-release", "A")) == "");
    CHECK(why(site.step("start-node", "A")).find("cannot do this") != std::string::npos);
    CHECK(why(site.step("stop-node", "A", Applied::yes)) == "");
    CHECK(why(site.step("revert-release", "A")) == "");
    CHECK(why(site.step("start-node", "A")) == "");
    site.gate({"new-server-id", "version-is-old", "mesh-full", "healthz-ok"}, "A");
  }

  TEST_CASE("a server that somebody else started is taken over, upgraded, and can go back") {
    Site site;
    const auto& a = site.plan.nodes[0];
    support::ServerProcess theirs({.release = support::Release::real("2.9"),
                                   .name = "A",
                                   .conf = *site.executors["A"]->read_file(a.config),
                                   .port = a.client.port});
    support::eventually("A answers",
                        [&] { return site.watcher.look().nodes["A"].varz.has_value(); });
    site.before = watch::baseline_of(site.plan, site.watcher.look());
    site.release(support::Release::real("2.10"));
    CHECK(why(site.step("stage-release", "A")) == "");
    CHECK(site.executors["A"]->facts()->active_release == site.before["A"].version);
    CHECK(why(site.step("lame-duck", "A")) == "");
    CHECK(why(site.step("install-release", "A")) == "");
    CHECK(why(site.step("start-node", "A")) == "");
    site.gate({"new-server-id", "version-is-release"}, "A");
    CHECK(why(site.step("stop-node", "A")) == "");
    CHECK(why(site.step("revert-release", "A")) == "");
    CHECK(why(site.step("start-node", "A")) == "");
    site.gate({"version-is-old"}, "A");
  }

  TEST_CASE("no signal goes to a process that is not the node's server") {
    Site site;
    auto local = site.local();
    REQUIRE(why(actions::up(local)) == "");
    site.before = watch::baseline_of(site.plan, site.watcher.look());
    site.plan.nodes[0].name = "Z";  // the server says that it is A
    site.watch_and_reach(site.plan.nodes[0]);
    CHECK(why(site.step("lame-duck", "Z")).find("answers as server 'A'") != std::string::npos);
    site.plan.nodes[0].name = "A";
    site.plan.cluster = "other";
    CHECK(why(site.step("stop-node", "A")).find("cluster 'demo'") != std::string::npos);
    CHECK(site.watcher.look().nodes["A"].varz);
  }
}
