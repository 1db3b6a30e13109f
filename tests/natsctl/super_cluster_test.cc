#include "base/text.h"
#include "contract/links.h"
#include "gates/conditions.h"
#include "playbook/forecast.h"
#include "playbook/order.h"
#include "run/baseline.h"
#include "tests/natsctl/jetstream_scenery.h"
#include "tests/natsctl/plan_fixture.h"
#include "watch/raft_groups.h"
#include "watch/traffic_probe.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {

using gates::Verdict;

// EAST has A and B, WEST has D and E, joined by gateways; L is a leaf node server of EAST.
struct SuperCluster {
  support::FakeCluster cluster{{"A", "B", "D", "E", "L"}};
  support::FakeClock clock;
  plan::Plan plan = cluster.plan();
  playbook::Step step{.id = "A/step", .action = "check", .node = "A", .args = {}, .gate = {}};
  watch::Snapshot now;
  watch::Baseline before;
  bool temp_expected = false;

  SuperCluster() {
    const std::map<std::string, std::string> clusters = {
        {"A", "EAST"}, {"B", "EAST"}, {"D", "WEST"}, {"E", "WEST"}, {"L", "L"}};
    for (auto& node : plan.nodes)
      node.cluster = clusters.at(node.name);
    for (const auto& [name, its] : clusters) {
      cluster.change(name, [&](auto& server) {
        server.cluster = its;
        for (const auto& [other, theirs] : clusters) {
          if (theirs != its) server.cut_off.insert(other);
        }
      });
    }
    now = cluster.snapshot(clock.now());
    for (auto& [name, sample] : now.nodes) {
      const bool is_leaf = name == "L";
      sample.leafz.emplace();
      sample.varz->leaf = base::Json::object({{"port", 7422}});
      if (is_leaf) sample.varz->cluster = {};
      if (is_leaf) continue;
      sample.varz->gateway = base::Json::object({{"name", clusters.at(name)}});
      sample.gatewayz.emplace();
      sample.gatewayz->outbound[clusters.at(name) == "EAST" ? "WEST" : "EAST"] = "ID";
    }
    now.nodes["L"].leafz->leafs = {{.name = "A", .is_spoke = true, .account = "APP"}};
    now.nodes["A"].leafz->leafs = {{.name = "L", .is_spoke = false, .account = "APP"}};
    before = watch::baseline_of(plan, now);
  }

  std::vector<gates::Reading> judge(const std::string& condition) {
    return gates::judge({condition}, {plan, step, now, before, clock.now(), temp_expected});
  }

  bool green(const std::string& condition) { return gates::all_green(judge(condition)); }

  std::string trouble(const std::string& condition) {
    return jetstream_scenery::sentences(judge(condition));
  }
};

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("natsctl: super-cluster") {
  TEST_CASE("routes are wanted within a cluster, gateways and leaf connections between them") {
    SuperCluster scene;
    for (const auto* condition : {"mesh-full", "others-green", "gateways-back", "leafs-back"}) {
      CAPTURE(scene.trouble(condition));
      CHECK(scene.green(condition));
    }
  }

  TEST_CASE("a server without a gateway to another cluster of the plan keeps the gate shut") {
    SuperCluster scene;
    scene.now.nodes["D"].gatewayz->outbound.clear();
    CHECK(scene.trouble("gateways-back") ==
          "gateways-back: D: gateways to nothing, wanted gateways to EAST\n");
    CHECK_FALSE(scene.green("others-green"));  // then none of the other cluster is touched
    scene.step.node = "D";
    CHECK(scene.green("others-green"));  // it is D's turn that mends it
  }

  TEST_CASE("a gateway that there was is wanted back, also to a cluster that the plan leaves out") {
    SuperCluster scene;
    scene.before["A"].gateways.insert("NORTH");
    CHECK(
        has(scene.trouble("gateways-back"), "A: gateways to WEST, wanted gateways to NORTH, WEST"));
  }

  TEST_CASE("a temporary node is gone when no other cluster sends to it any more") {
    SuperCluster scene;
    scene.plan.temp_node.emplace();
    scene.plan.temp_node->node.name = "C";
    scene.plan.temp_node->like = "A";
    for (const auto* node : {"D", "E"})
      scene.now.nodes[node].gatewayz->outbound["EAST"] = scene.now.nodes["A"].varz->server_id;
    scene.step.node = "C";
    CAPTURE(scene.trouble("temp-gone"));
    CHECK(scene.green("temp-gone"));
    scene.now.nodes["E"].gatewayz->outbound["EAST"] = "ID of C";
    CHECK(scene.trouble("temp-gone") ==
          "temp-gone: E: a gateway to a server that is no member, wanted no trace of C\n");
    scene.now.nodes["E"].gatewayz.reset();
    CHECK_FALSE(scene.green("temp-gone"));  // unknown
  }

  TEST_CASE("a temporary node of a cluster with gateways has its own to every other cluster") {
    SuperCluster scene;
    scene.plan.temp_node.emplace();
    scene.plan.temp_node->node.name = "C";
    scene.plan.temp_node->like = "A";
    auto temp = scene.now.nodes["A"];
    temp.node = "C";
    scene.now.nodes["C"] = temp;
    scene.temp_expected = true;
    CHECK(scene.green("gateways-back"));
    scene.now.nodes["C"].gatewayz->outbound.clear();
    CHECK(scene.trouble("gateways-back") ==
          "gateways-back: C: gateways to nothing, wanted gateways to WEST\n");
  }

  TEST_CASE("what a server with gateways does not tell is unknown") {
    SuperCluster scene;
    scene.now.nodes["B"].gatewayz.reset();
    scene.now.nodes["B"].trouble = "connected, but no answer within 1s";
    const auto readings = scene.judge("gateways-back");
    CHECK(std::any_of(readings.begin(), readings.end(), [](const auto& reading) {
      return reading.node == "B" && reading.verdict == Verdict::unknown;
    }));
  }

  TEST_CASE("a leaf node may come back to another server, and must come back") {
    SuperCluster scene;
    const auto leaf = std::exchange(scene.now.nodes["A"].leafz->leafs, {});
    CHECK_FALSE(scene.green("leafs-back"));
    scene.now.nodes["B"].leafz->leafs = leaf;
    CHECK(scene.green("leafs-back"));
    scene.now.nodes["L"].leafz.reset();
    CHECK_FALSE(scene.green("leafs-back"));
  }

  TEST_CASE("what is noted before survives the journal") {
    SuperCluster scene;
    CHECK(scene.before["A"].gateways == std::set<std::string>{"WEST"});
    CHECK(scene.before["A"].leafs == std::map<std::string, int>{{"APP", 2}});
    scene.before["A"].refused_clients = {"app (orders, 10.0.0.7)"};
    CHECK(run::baseline_from_json(run::to_json(scene.before)) == scene.before);
  }

  TEST_CASE("clients of a server are held by its own cluster, and wait when it is alone there") {
    SuperCluster scene;
    for (const auto* node : {"A", "B", "D", "L"})
      scene.now.nodes[node].clients->total = 10;
    scene.before["A"] = watch::before_of("A", scene.now);
    CHECK(scene.before["A"].cluster_clients == 20);
    scene.now.nodes["A"].clients->total = 0;
    CHECK(has(scene.trouble("clients-moved"), "the others hold 10 clients, wanted 18 of the 20"));
    scene.now.nodes["B"].clients->total = 20;
    CHECK(scene.green("clients-moved"));
    scene.step.node = "L";
    scene.before["L"] = watch::before_of("L", scene.now);
    CHECK(scene.before["L"].cluster_clients == 10);
    scene.now.nodes["L"].clients->total = 0;
    CHECK(scene.green("clients-moved"));
  }

  TEST_CASE("one cluster after the other, that of the meta leader last") {
    SuperCluster scene;
    plan::ClusterView view;
    int clients = 0;
    for (const auto* name : {"E", "A", "D", "B", "L"})
      view.nodes[name] = {
          .reachable = true, .version = "2.10.27", .clients = ++clients, .healthy = true};
    view.nodes["A"].meta_leader = true;
    const std::vector<std::string> order = {
        "unready-first", "cluster-by-cluster", "meta-leader-last", "fewest-clients"};
    CHECK(playbook::turns(scene.plan, order, view).nodes ==
          std::vector<std::string>{"E", "D", "L", "B", "A"});
    view.nodes["B"].healthy = false;  // while it is, no other may go
    CHECK(playbook::turns(scene.plan, order, view).nodes.front() == "B");
  }

  TEST_CASE("each cluster that can spare a server has a probe of its own") {
    SuperCluster scene;
    scene.plan.probe.emplace();
    const auto all = watch::probe_settings(scene.plan);
    REQUIRE(all.size() == 2);
    CHECK(all[0].servers ==
          std::vector{scene.plan.find("A")->client, scene.plan.find("B")->client});
    CHECK(all[1].servers ==
          std::vector{scene.plan.find("D")->client, scene.plan.find("E")->client});
  }

  TEST_CASE("what several probes met is told together") {
    watch::ProbeResult one;
    one.sent = one.confirmed = 10;
    one.careful = {.subscribers = 2, .received = 20, .longest_gap = 1s, .gap_subscriber = 1};
    one.careful_requests = {.requesters = 2, .asked = 5};
    auto two = one;
    two.careful.lost = 1;
    two.careful.longest_gap = 2s;
    two.careful_requests.failed = 3;
    one += two;
    CHECK(one.confirmed == 20);
    CHECK(one.careful.subscribers == 4);
    CHECK(one.careful.lost == 1);
    CHECK(one.careful.gap_subscriber == 3);
    CHECK(one.careful_requests.asked == 10);
    CHECK(one.careful_requests.failed == 3);
  }
}

TEST_SUITE("natsctl: a plan of several clusters") {
  TEST_CASE("a node names its cluster, or is in the plan's, and one that is alone needs no route") {
    const auto text = plan_test::with(
        "  - { name: B, client: 127.0.0.1:4333, route: 127.0.0.1:6333, monitor: 127.0.0.1:8333 }\n",
        "  - { name: B, client: 127.0.0.1:4333, monitor: 127.0.0.1:8333, cluster: west }\n");
    const auto [plan, problems] = plan_test::read(text);
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->clusters() == std::vector<std::string>{"demo", "west"});
    CHECK(plan->cluster_of("A") == "demo");
    CHECK(plan->cluster_of("B") == "west");
    CHECK(plan->cluster_of("C") == "demo");  // as A, which it is like
    const auto two = plan_test::read(plan_test::with(
        "nodes:\n",
        "nodes:\n"
        "  - { name: D, client: 127.0.0.1:4555, monitor: 127.0.0.1:8555, cluster: west }\n",
        text));
    CHECK(has(two.problems, "nodes[0].route"));
  }
}

TEST_SUITE("natsctl: JetStream's domains") {
  TEST_CASE("each domain has a meta group of its own, and a server of none has no part in it") {
    jetstream_scenery::Scenery scene;
    for (const auto& condition : jetstream_scenery::kBack)
      CHECK(scene.green({condition}));
    // Another cluster beside it, with the same stream.
    auto seen = scene.now();
    for (const auto* name : {"A", "B", "D"}) {
      auto other = seen.nodes.at(name);
      other.varz->jetstream.set("config", base::Json::object({{"domain", "leaf"}}));
      seen.nodes[name] = std::move(other);
    }
    const auto groups = watch::raft_groups(seen);
    CHECK(groups.contains("leaf: APP > ORDERS"));
    CHECK(groups.at("leaf: APP > ORDERS").name() == "stream APP > ORDERS of domain leaf");
    CHECK(watch::raft_groups(scene.now()).contains("APP > ORDERS"));
  }
}

TEST_SUITE("contract: links") {
  TEST_CASE("/gatewayz and /leafz of each release are read") {
    const auto gatewayz = contract::Gatewayz::from_json(
        *base::Json::parse(R"({"server_id":"A1","name":"EAST","outbound_gateways":)"
                           R"({"WEST":{"configured":true,"connection":{"cid":12,"name":"D1"}}},)"
                           R"("inbound_gateways":{}})"));
    REQUIRE(gatewayz);
    CHECK(gatewayz->outbound == std::map<std::string, std::string>{{"WEST", "D1"}});
    const auto old = contract::Leafz::from_json(*base::Json::parse(
        R"({"server_id":"A1","leafnodes":1,"leafs":[{"account":"APP","ip":"127.0.0.1"}]})"));
    REQUIRE(old);
    CHECK(old->leafs.front().account == "APP");
    CHECK_FALSE(old->leafs.front().is_spoke);
    const auto later = contract::Leafz::from_json(*base::Json::parse(
        R"({"server_id":"A1","leafs":[{"name":"L","is_spoke":false,"account":"APP"}]})"));
    REQUIRE(later);
    CHECK(later->leafs.front().name == "L");
    CHECK(later->leafs.front().is_spoke == false);
    CHECK_FALSE(contract::Leafz::from_json(*base::Json::parse("{}")));
    CHECK_FALSE(contract::Gatewayz::from_json(*base::Json::parse("[]")));
  }
}
