#include "playbook/turns_again.h"

#include <doctest/doctest.h>

namespace {

using Names = std::vector<std::string>;

// preflight, then check and start of A, B and D in turn, with a soak after A, then verify.
playbook::Steps upgrade(const Names& order = {"unready-first", "meta-leader-last"}) {
  playbook::Steps steps;
  steps.order = order;
  const auto add = [&](const std::string& node, const std::string& action) {
    const auto place = node.empty() ? std::string("cluster") : node;
    steps.list.push_back({.id = place + "/" + action, .action = action, .node = node});
  };
  add("", "preflight");
  for (const std::string node : {"A", "B", "D"}) {
    add(node, "check");
    add(node, "start-node");
    if (node == "A") add("", "soak");
    steps.recovery[node] = {};
  }
  add("", "verify");
  return steps;
}

plan::ClusterView led_by(const std::string& leader) {
  plan::ClusterView view;
  for (const auto* node : {"A", "B", "D"})
    view.nodes[node].meta_leader = node == leader;
  return view;
}

Names ids(const std::vector<playbook::Step>& list) {
  Names result;
  for (const auto& step : list)
    result.push_back(step.id);
  return result;
}

}  // namespace

TEST_SUITE("playbook: turns again") {
  TEST_CASE("the member that leads the meta group now comes last of those that are left") {
    CHECK(playbook::turns_again(upgrade(), {}, led_by("A")) == Names{"B", "D", "A"});
    CHECK(playbook::turns_again(upgrade(), {"A"}, led_by("B")) == Names{"D", "B"});
    CHECK_FALSE(playbook::turns_again(upgrade(), {"A"}, led_by("D")));
    CHECK_FALSE(playbook::turns_again(upgrade(), {"A"}, led_by("A")));
    CHECK_FALSE(playbook::turns_again(upgrade(), {}, led_by("none")));
  }

  TEST_CASE("an order without the word stays as it was compiled") {
    CHECK_FALSE(playbook::turns_again(upgrade({"fewest-clients"}), {}, led_by("A")));
    CHECK_FALSE(playbook::turns_again(upgrade({"as-listed", "meta-leader-last"}), {}, led_by("A")));
  }

  TEST_CASE("members change places, what stands between them does not") {
    const auto steps = upgrade();
    CHECK(ids(playbook::with_turns(steps.list, {"B", "D", "A"})) == Names{"cluster/preflight",
                                                                          "B/check",
                                                                          "B/start-node",
                                                                          "cluster/soak",
                                                                          "D/check",
                                                                          "D/start-node",
                                                                          "A/check",
                                                                          "A/start-node",
                                                                          "cluster/verify"});
    CHECK(playbook::with_turns(steps.list, {}) == steps.list);
  }

  TEST_CASE("members whose steps are in several pieces stay where they are") {
    auto steps = upgrade();
    steps.list.push_back({.id = "A/check-2", .action = "check", .node = "A"});
    CHECK_FALSE(playbook::turns_again(steps, {}, led_by("A")));
  }
}
