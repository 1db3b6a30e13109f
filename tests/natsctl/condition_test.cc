#include "gates/conditions.h"
#include "gates/server_conf.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_cluster.h"
#include "tests/support/temp_dir.h"
#include "watch/observe.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {

using gates::Verdict;

// Members A, B and a temporary node C, all seen just now; the step is about A.
struct Scenery {
  support::FakeCluster cluster{{"A", "B"}, "C"};
  support::FakeClock clock;
  plan::Plan plan = cluster.plan();
  playbook::Step step{.id = "A/step", .action = "start-node", .node = "A", .args = {}, .gate = {}};
  watch::Baseline before = watch::baseline_of(plan, cluster.snapshot(clock.now()));
  bool temp_expected = false;
  std::vector<std::string> lost;      // nodes without any sample
  std::vector<std::string> outdated;  // nodes seen a minute ago

  void change(const std::string& name, const std::function<void(support::FakeServer&)>& how) {
    cluster.change(name, how);
  }

  void start_temp() {
    cluster.change("C", [](auto& c) { c.up = true; });
    temp_expected = true;
  }

  std::vector<gates::Reading> judge(const std::string& condition) {
    auto now = cluster.snapshot(clock.now());
    for (const auto& name : lost)
      now.nodes.erase(name);
    for (const auto& name : outdated)
      now.nodes[name].taken -= 1min;
    return gates::judge({condition}, {plan, step, now, before, clock.now(), temp_expected});
  }

  bool green(const std::string& condition) { return gates::all_green(judge(condition)); }

  // The first reading that is not green.
  gates::Reading trouble(const std::string& condition) {
    for (auto& reading : judge(condition)) {
      if (reading.verdict != Verdict::green) return reading;
    }
    return {};
  }
};

bool says(const gates::Reading& reading, const std::string& text) {
  return reading.sentence().find(text) != std::string::npos;
}

}  // namespace

TEST_SUITE("gates: conditions") {
  TEST_CASE("what is missing, silent or old never opens a gate") {
    for (const auto& row : gates::conditions()) {
      CAPTURE(row.name);
      Scenery scene;
      scene.start_temp();
      scene.lost = {"A", "B", "C"};
      CHECK_FALSE(scene.green(row.name));
      scene.lost.clear();
      scene.outdated = {"A", "B", "C"};
      CHECK_FALSE(scene.green(row.name));
      scene.outdated.clear();
      for (const auto* name : {"A", "B", "C"})
        scene.change(name, [](auto& s) { s.hangs = true; });
      CHECK_FALSE(scene.green(row.name));
    }
  }

  TEST_CASE("an unknown condition is never green") {
    Scenery scene;
    CHECK(scene.trouble("all-is-well").verdict == Verdict::unknown);
  }

  TEST_CASE("only a new server id proves a restart") {
    Scenery scene;
    CHECK_FALSE(scene.green("new-server-id"));
    scene.change("A", [](auto& a) { a.restart("2.10.27"); });
    CHECK(scene.green("new-server-id"));
    scene.before.clear();
    CHECK(scene.trouble("new-server-id").verdict == Verdict::unknown);
  }

  TEST_CASE("the version is the release's, or again the one before") {
    Scenery scene;
    CHECK(scene.trouble("version-is-release").sentence() ==
          "version-is-release: A: 2.10.27, wanted 2.10.28");
    CHECK(scene.green("version-is-old"));
    scene.change("A", [](auto& a) { a.restart("2.10.28"); });
    CHECK(scene.green("version-is-release"));
    CHECK_FALSE(scene.green("version-is-old"));
    scene.step.node.clear();  // the whole cluster
    CHECK(scene.trouble("version-is-release").node == "B");
  }

  TEST_CASE("a full mesh is judged by pair and server, not by the number of routes") {
    Scenery scene;
    CHECK(scene.green("mesh-full"));  // four connections a pair
    scene.change("A", [](auto& a) { a.pool = 1; });
    scene.change("A", [](auto& a) { a.tells_names = false; });  // 2.9
    CHECK(scene.green("mesh-full"));
    scene.start_temp();
    scene.change("C", [](auto& c) { c.cut_off = {"B"}; });
    const auto trouble = scene.trouble("mesh-full");
    CHECK(trouble.sentence() == "mesh-full: B: routes to A, wanted routes to A, C");
    scene.temp_expected = false;
    CHECK(scene.green("mesh-full"));
  }

  TEST_CASE("a server that was started with another conf is not the one of the plan") {
    Scenery scene;
    CHECK(scene.green("identity-as-planned"));
    scene.change("A", [](auto& a) { a.cluster = "other"; });
    CHECK(says(scene.trouble("identity-as-planned"),
               "it is in cluster 'other', the plan says 'demo'"));
    scene.change("A", [](auto& a) { a.cluster = "demo", a.system_account = "SYS"; });
    CHECK(
        says(scene.trouble("identity-as-planned"), "its system account is 'SYS', and was '$SYS'"));
  }

  TEST_CASE("a route is complete with all the connections of its pool") {
    Scenery scene;
    CHECK(scene.green("routes-complete"));
    scene.change("A", [](auto& a) { a.pool = 2; });
    CHECK(scene.trouble("routes-complete").sentence() ==
          "routes-complete: A: 2 of 3 route connections to B, wanted all of the pool");
    scene.change("B", [](auto& b) { b.pool = 1, b.tells_names = false; });  // 2.9
    CHECK(scene.green("routes-complete"));
  }

  TEST_CASE("routes that are made anew all the time are those of two servers with one name") {
    Scenery scene;
    CHECK(scene.trouble("routes-steady").verdict == Verdict::unknown);
    for (const auto* name : {"A", "B"})
      scene.change(name, [](auto& s) { s.newest_route_before = s.newest_route; });
    CHECK(scene.green("routes-steady"));
    scene.change("B", [](auto& b) { b.newest_route = 7594; });
    CHECK(scene.trouble("routes-steady").sentence() ==
          "routes-steady: B: a new route, rid 7594 after 9, wanted no new route since the look "
          "before");
  }

  TEST_CASE("clients that find no room elsewhere keep their server") {
    Scenery scene;
    scene.change("A", [](auto& a) { a.clients = {"one", "two", "three"}; });
    CHECK(scene.green("room-for-clients"));
    scene.change("B", [](auto& b) { b.clients = {"four"}, b.max_connections = 3; });
    CHECK(says(scene.trouble("room-for-clients"),
               "A: room for clients on B (2), wanted room for the 3 clients of A"));
    scene.start_temp();
    CHECK(scene.green("room-for-clients"));
    scene.temp_expected = false;
    scene.change("B", [](auto& b) { b.max_connections = -1; });
    CHECK(scene.green("room-for-clients"));
  }

  TEST_CASE("a healthy server without routes is no part of the mesh") {
    Scenery scene;
    scene.change("A", [](auto& a) { a.cut_off = {"B"}; });
    CHECK(scene.green("healthz-ok"));
    CHECK_FALSE(scene.green("mesh-full"));
  }

  TEST_CASE("a member that was just started is not asked for routes to one that fell silent") {
    Scenery scene;
    scene.start_temp();
    scene.change("B", [](auto& b) { b.clients = {"app"}; });
    scene.before = watch::baseline_of(scene.plan, scene.cluster.snapshot(scene.clock.now()));
    scene.change("B", [](auto& b) { b.up = false; });
    CHECK(scene.green("mesh-full"));
    CHECK(scene.green("connections-back"));
    CHECK(scene.green("jetstream-enabled"));
    scene.change("A", [](auto& a) { a.cut_off = {"C"}; });
    CHECK(scene.trouble("mesh-full").node == "A");
    scene.change("A", [](auto& a) { a.cut_off = {}; });
    scene.step.action = "verify";
    CHECK_FALSE(scene.green("mesh-full"));
    CHECK_FALSE(scene.green("connections-back"));
    CHECK_FALSE(scene.green("jetstream-enabled"));
    scene.step.action = "start-node";
    CHECK(scene.trouble("others-green").node == "B");  // before one is taken away
  }

  TEST_CASE("a lame duck is seen by healthz, and says what it says") {
    Scenery scene;
    scene.change("A", [](auto& a) { a.healthy = false; });
    CHECK(says(scene.trouble("healthz-ok"), "failed to be ready for connections"));
  }

  TEST_CASE(
      "a member that serves is not judged by what its copies still fetch, except where asked") {
    Scenery scene;
    for (const auto* ailment : {"JetStream stream '$G > S' is not current: group node unhealthy",
                                "JetStream is not current with the meta leader",
                                "JetStream is still recovering meta layer"}) {
      CAPTURE(ailment);
      scene.change("A", [&](auto& a) {
        a.healthy = false;
        a.ailment = ailment;
      });
      CHECK(scene.green("healthz-ok-or-catching-up"));
      CHECK_FALSE(scene.green("healthz-ok"));
    }
    for (const auto* ailment : {"failed to be ready for connections after 1ms: server",
                                "JetStream has not established contact with a meta leader"}) {
      CAPTURE(ailment);
      scene.change("A", [&](auto& a) { a.ailment = ailment; });
      CHECK_FALSE(scene.green("healthz-ok-or-catching-up"));
    }
  }

  TEST_CASE("the others are green without a look at the node of the step") {
    Scenery scene;
    scene.change("A", [](auto& a) { a.up = false; });
    CHECK(scene.green("others-green"));
    scene.change("B", [](auto& b) { b.healthy = false; });
    CHECK(scene.trouble("others-green").node == "B");
  }

  TEST_CASE("clients have moved when the node has none, or has ended, and the others hold them") {
    Scenery scene;
    scene.change("A", [](auto& a) { a.clients = {"one", "two"}; });
    scene.change("B", [](auto& b) { b.clients = {"three"}; });
    scene.before["A"] = watch::before_of("A", scene.cluster.snapshot(scene.clock.now()));
    CHECK(says(scene.trouble("clients-moved"), "2 clients: one (c 3.4.1"));
    scene.change("A", [](auto& a) { a.clients.clear(); });
    CHECK(says(scene.trouble("clients-moved"), "the others hold 1 client"));
    scene.change("B", [](auto& b) { b.clients = {"three", "one"}; });  // one may have gone home
    CHECK(scene.green("clients-moved"));
    scene.change("A", [](auto& a) { a.up = false; });
    CHECK(scene.green("clients-moved"));
    scene.change("A", [](auto& a) { a.up = a.hangs = true; });
    CHECK(scene.trouble("clients-moved").verdict == Verdict::unknown);  // stopped is not ended
  }

  TEST_CASE(
      "a server lets in whom the one before it let in, and who was refused before is no news") {
    Scenery scene;
    const auto clients = [](int count) {
      std::set<std::string> names;
      for (int i = 0; i < count; ++i)
        names.insert("app (orders-" + std::to_string(i) + ", 10.0.0.7)");
      return names;
    };
    scene.change("B", [&](auto& b) { b.refused = clients(2); });
    scene.before["A"] = watch::before_of("A", scene.cluster.snapshot(scene.clock.now()));
    scene.change("A", [&](auto& a) { a.refused = clients(3); });
    CHECK(scene.green("clients-let-in"));  // two of them always come in vain, one may be mistaken
    scene.change("A", [&](auto& a) { a.refused = clients(4); });
    CHECK(says(scene.trouble("clients-let-in"),
               "A: refuses 2 clients that nobody refused before: app (orders-2, 10.0.0.7), "
               "app (orders-3, 10.0.0.7), wanted at most 1 of them"));
    scene.before["A"].clients = 20;
    CHECK(scene.green("clients-let-in"));  // two of twenty
    scene.before.clear();
    CHECK(scene.trouble("clients-let-in").verdict == Verdict::unknown);
    scene.change("A", [](auto& a) { a.hangs = true; });
    CHECK(scene.trouble("clients-let-in").verdict == Verdict::unknown);
  }

  TEST_CASE("the temporary node has joined when routes lead both ways") {
    Scenery scene;
    CHECK_FALSE(scene.green("temp-joined"));
    scene.start_temp();
    CHECK(scene.green("temp-joined"));
    scene.change("C", [](auto& c) { c.cut_off = {"A"}; });
    CHECK(says(scene.trouble("temp-joined"), "no route to A"));
  }

  TEST_CASE("clients know the temporary node unless advertising is off, which is said") {
    Scenery scene;
    scene.start_temp();
    CHECK(scene.green("clients-know-temp"));
    scene.change("B", [](auto& b) { b.advertises = false; });
    CHECK(says(scene.trouble("clients-know-temp"), "no_advertise"));
    scene.change("B", [](auto& b) { b.advertises = true; });
    scene.change("C", [](auto& c) { c.advertises = false; });
    CHECK(says(scene.trouble("clients-know-temp"), "its conf has no_advertise"));
  }

  TEST_CASE("the temporary node is gone when it has ended and nobody has a route to it") {
    Scenery scene;
    scene.start_temp();
    scene.temp_expected = false;
    CHECK_FALSE(scene.green("temp-gone"));
    scene.change("B", [](auto& b) { b.tells_names = false; });
    CHECK(says(scene.trouble("temp-gone"), "it still runs"));
    scene.change("C", [](auto& c) { c.up = false; });
    CHECK(scene.green("temp-gone"));
  }

  TEST_CASE("after the temporary node is gone its step judges the members") {
    Scenery scene;
    scene.step.node = "C";
    CHECK(scene.green("healthz-ok"));
  }

  TEST_CASE("users are compared in the confs, whatever their order and spelling") {
    Scenery scene;
    support::TempDir folder;
    scene.start_temp();
    scene.plan.temp_node->node.executor.dir = folder.path();
    const std::string ours =
        "authorization { users = [ {user: a, password: x, permissions: {publish: \"o.>\"}}, "
        "{user: b, password: y} ] }\n";
    scene.plan.nodes[0].config = folder.file("a.conf", ours);
    scene.plan.nodes[1].config =
        folder.file("b.conf",
                    "authorization { users = [ {username: b, pass: y}, "
                    "{user: a, password: x, permission: {pub: {allow: [\"o.>\"]}}} ] }\n");
    folder.file("C.conf", ours);
    CHECK(scene.green("same-users"));
    folder.file(
        "b.conf",
        "authorization { users = [ {user: b, password: other}, {user: a, password: x} ] }\n");
    const auto trouble = scene.trouble("same-users");
    CHECK(trouble.node == "B");
    CHECK(says(trouble, "user 'a' has other permissions"));
    CHECK(says(trouble, "user 'b' has another password"));
    CHECK_FALSE(says(trouble, "other;"));  // no secret in it
    folder.file("b.conf", ours);
    scene.change("C", [](auto& c) { c.auth_required = true; });
    CHECK_FALSE(scene.green("same-users"));
  }

  TEST_CASE("a server's arguments say what its conf would") {
    plan::Node node;
    node.args = {"-D",
                 "-p",
                 "4333",
                 "--user=ann",
                 "-pass",
                 "s",
                 "-cluster",
                 "nats://r:w@localhost:6333",
                 "-routes",
                 "nats://localhost:6222,nats://localhost:6333"};
    const auto conf = gates::server_conf(node);
    REQUIRE(conf);
    CHECK(conf->find("port")->as_integer() == 4333);
    CHECK(conf->find("authorization")->find("user")->as_text() == "ann");
    CHECK(conf->find("cluster")->find("listen")->as_text() == "localhost:6333");
    CHECK(conf->find("cluster")->find("authorization")->find("password")->as_text() == "w");
    CHECK(conf->find("cluster")->find("routes")->items().size() == 2);
  }
}
