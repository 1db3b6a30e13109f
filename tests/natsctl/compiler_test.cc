#include "playbook/compiler.h"

#include "playbook/order.h"
#include "playbook/outlook.h"
#include "playbook/playbook_reader.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;

// A cluster of members that all run the old release, with a temporary node C in the plan.
struct Cluster {
  plan::Plan plan;
  plan::ClusterView view;

  explicit Cluster(const std::map<std::string, int>& clients) {
    plan.release.version = "2.10.28";
    for (const auto& [name, count] : clients) {
      plan.nodes.push_back({.name = name, .client = {"127.0.0.1", 4222}});
      view.nodes[name] = {
          .reachable = true, .version = "2.10.27", .clients = count, .healthy = true};
    }
    plan.temp_node.emplace();
    plan.temp_node->node.name = "C";
    view.nodes["C"] = {};
  }

  playbook::Outlook outlook(const std::string& name = "temp-node") const {
    base::Problems problems;
    const auto playbook = playbook::load_playbook(name, support::words(), problems);
    REQUIRE_MESSAGE(playbook, base::to_text(problems));
    return playbook::outlook(plan, *playbook, view);
  }

  std::vector<std::string> order(const std::vector<std::string>& words) const {
    return playbook::turns(plan, words, view).nodes;
  }
};

std::vector<std::string> ids(const playbook::Steps& steps) {
  std::vector<std::string> result;
  for (const auto& step : steps.list)
    result.push_back(step.id);
  return result;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_SUITE("natsctl: compiler") {
  TEST_CASE("a step that stands twice for a node has two ids") {
    Cluster cluster({{"A", 1}});
    playbook::Playbook playbook;
    playbook.phases = {{{{"check", {}, ""}, {"check", {}, ""}}, true}};
    CHECK(ids(playbook::compile(cluster.plan, playbook, cluster.view)) ==
          Names{"A/check", "A/check-2"});
  }

  TEST_CASE("clients are evened out at the end where they can be, unless the plan says no") {
    Cluster cluster({{"A", 30}, {"B", 30}, {"D", 30}});
    const auto last = [&] { return ids(cluster.outlook().steps).back(); };
    CHECK(last() == "cluster/verify");
    CHECK(cluster.outlook().chosen.most_after() > 33);
    cluster.plan.system.emplace();
    CHECK(last() == "cluster/rebalance");
    CHECK(cluster.outlook().chosen.most_after() == doctest::Approx(30));
    cluster.plan.policy.rebalance = false;
    CHECK(last() == "cluster/verify");
    cluster.plan.policy.rebalance = true;
    for (const auto& node : cluster.plan.nodes)
      cluster.view.nodes[node.name].version = cluster.plan.release.version;
    CHECK(last() == "cluster/verify");  // nothing is left to be done
  }

  TEST_CASE("a gate that names no times takes the plan's") {
    Cluster cluster({{"A", 1}, {"B", 1}});
    cluster.plan.policy.gates = {.hold = 7s, .within = 70s};
    for (const auto& step : cluster.outlook().steps.list) {
      if (step.id == "A/start-node") CHECK(step.gate->hold == 7s);
      if (step.id == "A/start-node") CHECK(step.gate->within == 70s);
      if (step.id == "A/lame-duck") CHECK(step.gate->hold == 0s);  // it says so itself
    }
  }

  TEST_CASE("a drain is waited for longer than it may take") {
    Cluster cluster({{"A", 1}, {"B", 1}});
    cluster.plan.policy.drain.duration = 10min;
    for (const auto& step : cluster.outlook().steps.list) {
      if (step.action == "lame-duck") CHECK(step.gate->within > 10min);
    }
  }

  TEST_CASE("every member that is upgraded has steps that put it back, and no other") {
    Cluster cluster({{"A", 1}, {"B", 1}});
    cluster.view.nodes["B"].version = "2.10.28";
    const auto steps = cluster.outlook().steps;
    CHECK(steps.recovery.size() == 1);
    CHECK(steps.recovery.at("A").front().id == "recover/A/stop-node");
    CHECK(steps.skipped == std::vector<playbook::Skipped>{{"B", "B already runs 2.10.28"}});
  }

  TEST_CASE("a member that cannot be seen is not taken for done") {
    Cluster cluster({{"A", 1}});
    cluster.view.nodes["A"] = {.reachable = false, .version = "2.10.28"};
    CHECK(cluster.order({}) == Names{"A"});
  }

  TEST_CASE("a soak comes after the canaries, not after the last node") {
    Cluster cluster({{"A", 1}, {"B", 2}});
    cluster.plan.policy.canary = {.nodes = 1, .soak = 90s};
    const auto first = ids(cluster.outlook("rolling").steps);
    CHECK(first[8] == "cluster/soak");
    cluster.plan.policy.canary.nodes = 2;
    const auto none = ids(cluster.outlook("rolling").steps);
    CHECK(std::find(none.begin(), none.end(), "cluster/soak") == none.end());
  }
}

TEST_SUITE("natsctl: order of nodes") {
  TEST_CASE("without words the plan's order stays") {
    CHECK(Cluster({{"A", 3}, {"B", 2}, {"D", 1}}).order({}) == Names{"A", "B", "D"});
  }

  TEST_CASE("fewest-clients takes the emptiest first") {
    CHECK(Cluster({{"A", 3}, {"B", 2}, {"D", 1}}).order({"fewest-clients"}) ==
          Names{"D", "B", "A"});
  }

  TEST_CASE("an earlier word outweighs a later one") {
    Cluster cluster({{"A", 3}, {"B", 2}, {"D", 1}});
    cluster.view.nodes["D"].meta_leader = true;
    cluster.view.nodes["A"].healthy = false;
    CHECK(cluster.order({"unready-first", "meta-leader-last", "fewest-clients"}) ==
          Names{"A", "B", "D"});
  }

  TEST_CASE("what stands behind as-listed changes nothing") {
    CHECK(Cluster({{"A", 3}, {"B", 2}}).order({"as-listed", "fewest-clients"}) == Names{"A", "B"});
  }
}

TEST_SUITE("natsctl: temporary node") {
  TEST_CASE("auto takes it when it keeps the fullest server clearly less full") {
    const auto outlook = Cluster({{"A", 50}, {"B", 50}}).outlook();
    CHECK(outlook.steps.temp_node.starts_with(
        "C is used: at the end the fullest server holds about 69 of 100"));
    CHECK(outlook.with_temp->most_after() < outlook.without_temp->most_after());
  }

  TEST_CASE("auto leaves it when no server would tell its clients of it") {
    Cluster cluster({{"A", 50}, {"B", 50}});
    cluster.view.nodes["A"].advertises = false;
    CHECK(cluster.outlook().steps.temp_node.starts_with("C is used"));
    cluster.view.nodes["B"].advertises = false;
    CHECK(cluster.outlook().steps.temp_node.find("no_advertise") != std::string::npos);
    cluster.plan.temp_node->use = plan::TempNode::Use::always;
    CHECK(cluster.outlook().steps.temp_node.starts_with("C is used: the plan says always"));
  }

  TEST_CASE("auto leaves it when there is nobody to move") {
    const auto steps = Cluster({{"A", 0}, {"B", 0}, {"D", 0}}).outlook().steps;
    CHECK(steps.temp_node == "C is not used: there are no clients to spread");
    CHECK(ids(steps).size() == 21);
  }

  TEST_CASE("auto takes it for two members, one of which would be alone") {
    CHECK(Cluster({{"A", 0}, {"B", 0}}).outlook().steps.temp_node ==
          "C is used: without it one server is alone while the other is out");
  }

  TEST_CASE("auto takes it for a single member") {
    CHECK(Cluster({{"A", 5}}).outlook().steps.temp_node ==
          "C is used: without it nobody serves while A is out");
  }

  TEST_CASE("the plan's word goes before the forecast") {
    Cluster cluster({{"A", 50}, {"B", 50}});
    cluster.plan.temp_node->use = plan::TempNode::Use::never;
    CHECK(cluster.outlook().steps.temp_node == "C is not used: the plan says never");
    cluster.plan.temp_node->use = plan::TempNode::Use::always;
    CHECK(cluster.outlook().steps.temp_node == "C is used: the plan says always");
  }

  TEST_CASE("a playbook without it says nothing about it") {
    CHECK(Cluster({{"A", 50}, {"B", 50}}).outlook("rolling").steps.temp_node == "");
  }

  TEST_CASE("one that still runs when all members are done is taken away") {
    Cluster cluster({{"A", 1}, {"B", 1}});
    for (auto& [name, node] : cluster.view.nodes)
      node = {.reachable = true, .version = "2.10.28"};
    CHECK(ids(cluster.outlook().steps) ==
          Names{"cluster/preflight", "C/remove-temp-node", "cluster/verify"});
  }
}
