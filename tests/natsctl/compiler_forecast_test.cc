#include "playbook/compiler.h"
#include "playbook/forecast.h"
#include "playbook/playbook_reader.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;
using playbook::Temp;

// What is left on each member after a whole upgrade, in the order in which they were upgraded.
std::vector<double> after_upgrade(const std::vector<int>& clients, Temp temp) {
  plan::Plan plan;
  plan.release.version = "2.10.28";
  plan.temp_node.emplace();
  plan.temp_node->node.name = "C";
  plan::ClusterView view;
  for (std::size_t i = 0; i < clients.size(); ++i) {
    const auto name = "N" + std::to_string(i + 1);
    plan.nodes.push_back({.name = name});
    view.nodes[name] = {
        .reachable = true, .version = "2.10.27", .clients = clients[i], .healthy = true};
  }
  base::Problems problems;
  auto playbook = playbook::load_playbook("temp-node", support::words(), problems);
  playbook->order = {"as-listed"};
  const auto forecast =
      playbook::forecast(plan, playbook::compile_as(plan, *playbook, view, temp), view);
  std::vector<double> left;
  for (const auto& node : plan.nodes)
    left.push_back(forecast.after.at(node.name));
  return left;
}

}  // namespace

TEST_SUITE("natsctl: forecast") {
  // Real clusters of three nats-servers with 25 clients ended at 15, 5, 5 with a temporary node,
  // where 12.4, 8.7, 3.8 is the mean of many runs, and at 12, 13, 0 without, where it is 15.6, 9.4,
  // 0.
  TEST_CASE("three members and 25 clients end as many real upgrades do on average") {
    const auto with = after_upgrade({5, 10, 10}, Temp::with);
    CHECK(with[0] == doctest::Approx(12.4).epsilon(0.1));
    CHECK(with[1] == doctest::Approx(8.7).epsilon(0.1));
    CHECK(with[2] == doctest::Approx(3.8).epsilon(0.1));
    const auto without = after_upgrade({5, 10, 10}, Temp::without);
    CHECK(without[0] == doctest::Approx(15.6).epsilon(0.1));
    CHECK(without[1] == doctest::Approx(9.4).epsilon(0.1));
    CHECK(without[2] == doctest::Approx(0.0));
  }

  TEST_CASE("no client is lost and none is made") {
    for (const auto temp : {Temp::with, Temp::without}) {
      double sum = 0;
      for (const auto left : after_upgrade({17, 4, 90, 1}, temp))
        sum += left;
      CHECK(sum == doctest::Approx(112));
    }
    CHECK(after_upgrade({9}, Temp::without) == std::vector<double>{9});
  }

  TEST_CASE(
      "a drain takes the grace period and a little for each client, and nothing without clients") {
    const plan::Policy::Drain drain{.duration = 30s, .grace = 10s};
    CHECK(playbook::drain_time(drain, 0) == 0s);
    CHECK(playbook::drain_time(drain, 1) == 10s);
    CHECK(playbook::drain_time(drain, 9) == 15s);  // eight pauses of a second at most
    CHECK(playbook::drain_time(drain, 20000) > 22s);
    CHECK(playbook::drain_time(drain, 20000) < 30s);
  }

  TEST_CASE("a drain in rounds is as long for many clients, and needs what it is done with") {
    const plan::Policy::Drain drain{.duration = 30s, .grace = 10s};
    CHECK(playbook::drain_time_in_rounds(drain, 0) == 0s);
    CHECK(playbook::drain_time_in_rounds(drain, 20000) < playbook::drain_time(drain, 20));
    CHECK(playbook::drain_time_in_rounds(drain, 20000) ==
          playbook::drain_time_in_rounds(drain, 200));

    plan::Plan plan;
    plan.policy.drain = drain;
    CHECK_FALSE(playbook::drains_in_rounds(plan, "2.10.27"));
    plan.system.emplace();
    CHECK(playbook::drains_in_rounds(plan, "2.10.27"));
    CHECK_FALSE(playbook::drains_in_rounds(plan, "2.9.25"));
    CHECK_FALSE(playbook::drains_in_rounds(plan, ""));
    CHECK(playbook::drain_time(plan, "2.10.27", 100) < playbook::drain_time(plan, "2.9.25", 100));
    plan.policy.drain.adaptive = false;
    CHECK_FALSE(playbook::drains_in_rounds(plan, "2.10.27"));
  }
}
