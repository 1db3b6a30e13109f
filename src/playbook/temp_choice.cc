#include "playbook/temp_choice.h"

#include <cmath>

#include <fmt/format.h>

namespace playbook {

namespace {

constexpr double kWorthIt = 0.9;  // at least a tenth fewer clients on the fullest server

long whole(double clients) {
  return std::lround(clients);
}

double total(const Load& load) {
  double sum = 0;
  for (const auto& [name, count] : load)
    sum += count;
  return sum;
}

bool nobody_advertises(const plan::ClusterView& view) {
  int members = 0;
  for (const auto& [node, seen] : view.nodes) {
    if (!seen.reachable) continue;
    if (seen.advertises) return false;
    ++members;
  }
  return members > 1;
}

TempChoice choose_by_forecast(const plan::Plan& plan,
                              const Forecast& with,
                              const Forecast& without) {
  const auto& name = plan.temp_node->node.name;
  const auto all = whole(total(without.before));
  const auto members = plan.members_of(plan.cluster_of(name));
  if (members.size() == 1) {
    return {
        true,
        fmt::format(
            "{} is used: without it nobody serves while {} is out", name, members.front()->name)};
  }
  if (with.most_after() < kWorthIt * without.most_after()) {
    return {
        true,
        fmt::format(
            "{} is used: at the end the fullest server holds about {} of {} clients, without {} {}",
            name,
            whole(with.most_after()),
            all,
            name,
            whole(without.most_after()))};
  }
  if (with.most < kWorthIt * without.most) {
    return {true,
            fmt::format("{} is used: at the worst moment one server holds about {} of {} clients, "
                        "without {} {}",
                        name,
                        whole(with.most),
                        all,
                        name,
                        whole(without.most))};
  }
  if (members.size() == 2) {
    return {true,
            fmt::format("{} is used: without it one server is alone while the other is out", name)};
  }
  if (all == 0) return {false, name + " is not used: there are no clients to spread"};
  return {
      false,
      fmt::format(
          "{} is not used: at the end the fullest server would hold about {} of {} clients with "
          "it, {} without",
          name,
          whole(with.most_after()),
          all,
          whole(without.most_after()))};
}

}  // namespace

bool is_temp_step(const StepTemplate& step) {
  return step.action == "add-temp-node" || step.action == "remove-temp-node";
}

bool runs_temp_node(const plan::Plan& plan, const plan::ClusterView& view) {
  if (!plan.temp_node) return false;
  const auto at = view.nodes.find(plan.temp_node->node.name);
  return at != view.nodes.end() && at->second.reachable;
}

TempChoice choose_temp(const plan::Plan& plan,
                       const plan::ClusterView& view,
                       const Forecast& with,
                       const Forecast& without) {
  using Use = plan::TempNode::Use;
  const auto& name = plan.temp_node->node.name;
  if (runs_temp_node(plan, view)) return {true, name + " is used: it runs already"};
  if (plan.temp_node->use == Use::always) return {true, name + " is used: the plan says always"};
  if (plan.temp_node->use == Use::never) return {false, name + " is not used: the plan says never"};
  if (nobody_advertises(view)) {
    return {false,
            name +
                " is not used: the servers tell their clients of no other one "
                "(cluster.no_advertise), so none would learn of it"};
  }
  return choose_by_forecast(plan, with, without);
}

TempChoice choose_temp_at_the_end(const plan::Plan& plan, const plan::ClusterView& view) {
  const auto& name = plan.temp_node->node.name;
  if (runs_temp_node(plan, view))
    return {true, name + " still runs and is removed: no member is left to upgrade"};
  return {false, name + " is not used: no member is left to upgrade"};
}

}  // namespace playbook
