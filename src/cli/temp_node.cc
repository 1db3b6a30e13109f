// add-temp-node and remove-temp-node: C alone, for people who do the rest by hand.
#include "cli/carry_out.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

playbook::Step step(const plan::Plan& plan, const std::string& action, playbook::Gate gate) {
  playbook::Step result;
  result.action = action;
  result.node = plan.temp_node->node.name;
  result.id = fmt::format("{}/{}", result.node, action);
  gate.hold = plan.policy.gates.hold;
  gate.within = plan.policy.gates.within;
  result.gate = std::move(gate);
  return result;
}

struct TempNodeOptions {
  std::string plan;
  CarryOptions carry;
};

int carry(const Globals& globals, const TempNodeOptions& options, bool add) {
  const auto session = Session::open(globals, options.plan);
  if (!session) return run::kUsage;
  const auto& plan = session->plan;
  if (!plan.temp_node) {
    complain(fmt::format("{}: it names no temp_node", options.plan));
    return run::kUsage;
  }
  NewRun order;
  order.playbook = add ? "add-temp-node" : "remove-temp-node";
  order.command = order.playbook;
  order.verified = fmt::format("{} {}", plan.temp_node->node.name, add ? "has joined" : "is gone");
  playbook::Gate gate;
  if (add) {
    gate.name = "temp-joined";
    gate.conditions = {"temp-joined",
                       "clients-know-temp",
                       "same-users",
                       "mesh-full",
                       "gateways-back",
                       "healthz-ok"};
  } else {
    gate.name = "cluster-whole";
    gate.conditions = {"temp-gone", "mesh-full", "gateways-back", "healthz-ok"};
  }
  order.steps.list = {step(plan, order.playbook, std::move(gate))};
  if (add) {
    auto removal = step(plan, "remove-temp-node", {});
    removal.id = "recover/" + removal.id;
    removal.gate.reset();
    order.steps.recovery[removal.node] = {removal};
  }
  return carry_out(*session, order, options.carry).exit_code;
}

Command command(const std::string& name, const std::string& summary, bool add) {
  return {name, summary, [add](CLI::App& app) -> Run {
            auto options = std::make_shared<TempNodeOptions>();
            app.add_option("PLAN", options->plan, "plan.yaml")->required()->type_name("");
            offer_take_over(app, options->carry);
            return [options, add](const Globals& globals) { return carry(globals, *options, add); };
          }};
}

}  // namespace

Command add_temp_node_command() {
  return command("add-temp-node", "starts the temporary server and sees it join", true);
}

Command remove_temp_node_command() {
  return command("remove-temp-node", "drains the temporary server and removes it", false);
}

}  // namespace cli
