#include "playbook/compiler.h"

#include "base/text.h"
#include "plan/variables.h"
#include "playbook/order.h"
#include "playbook/temp_choice.h"

#include <algorithm>
#include <chrono>
#include <set>

#include <fmt/format.h>

namespace playbook {

namespace {

using plan::Plan;

// How much longer than the drain itself its gate waits: the server ends, the last clients arrive
// elsewhere.
constexpr auto kAfterDrain = std::chrono::seconds(30);

// Builds the list. One object a compilation.
class Assembly {
 public:
  Assembly(const Plan& plan, const Playbook& playbook, const plan::ClusterView& view, Temp temp)
      : plan_(plan),
        playbook_(playbook),
        turns_(turns(plan, playbook.order, view)),
        temp_runs_(runs_temp_node(plan, view)),
        use_temp_(plan.temp_node && temp == Temp::with),
        has_jetstream_(std::any_of(view.nodes.begin(), view.nodes.end(), [](const auto& node) {
          return node.second.jetstream;
        })) {}

  Steps take() {
    steps_.skipped = turns_.skipped;
    steps_.order = playbook_.order;
    for (const auto& phase : playbook_.phases) {
      if (phase.each_node) {
        add_nodes(phase);
      } else {
        if (is_wanted(phase.steps.front())) add_cluster_step(phase.steps.front());
      }
    }
    for (const auto& node : turns_.nodes) {
      auto& list = steps_.recovery[node];
      for (const auto& step : playbook_.recover) {
        if (!is_wanted(step)) continue;
        auto made = make(step, node);
        made.id = "recover/" + made.id;
        list.push_back(std::move(made));
      }
    }
    return std::move(steps_);
  }

 private:
  // Once every member is done, looking at the cluster is all there is.
  static bool changes_nothing(const StepTemplate& step) {
    return step.action != "stage-release" && step.action != "spread-leaders" &&
           step.action != "rebalance";
  }

  bool is_wanted(const StepTemplate& step) const {
    if (step.action == "rebalance" && !plan_.policy.rebalance) return false;
    if (step.when == kWhenJetStream) return has_jetstream_;
    return step.when != kWhenSystemAccount || plan_.system.has_value();
  }

  bool nothing_to_do() const { return turns_.nodes.empty(); }

  void add_cluster_step(const StepTemplate& step) {
    if (is_temp_step(step)) {
      // When every member is done, a temporary node that still runs is only taken away.
      const bool wanted =
          step.action == "add-temp-node" ? !nothing_to_do() : !nothing_to_do() || temp_runs_;
      if (use_temp_ && wanted) add(make(step, plan_.temp_node->node.name));
    } else if (changes_nothing(step) || !nothing_to_do()) {
      add(make(step, ""));
    }
  }

  void add_nodes(const Phase& phase) {
    const auto canary = static_cast<std::size_t>(plan_.policy.canary.nodes);
    for (std::size_t i = 0; i < turns_.nodes.size(); ++i) {
      const auto& node = turns_.nodes[i];
      add_hooks(plan_.hooks.before_node, node, "before");
      for (const auto& step : phase.steps) {
        if (is_wanted(step)) add(make(step, node));
      }
      add_hooks(plan_.hooks.after_node, node, "after");
      if (i + 1 == canary && canary < turns_.nodes.size()) add_soak();
    }
  }

  void add_hooks(const std::vector<std::string>& commands,
                 const std::string& node,
                 const std::string& when) {
    for (std::size_t i = 0; i < commands.size(); ++i) {
      add({.id = fmt::format("{}/{}-{}", node, when, i + 1),
           .action = "run-command",
           .node = node,
           .args = {{"command", filled_in(commands[i], node)}},
           .gate = {}});
    }
  }

  void add_soak() {
    if (plan_.policy.canary.soak <= base::nanoseconds(0)) return;
    add({.id = "cluster/soak",
         .action = "soak",
         .node = "",
         .args = {{"for", base::format_duration(plan_.policy.canary.soak)}},
         .gate = {}});
  }

  Step make(const StepTemplate& from, const std::string& node) const {
    Step step{.id = fmt::format("{}/{}", node.empty() ? "cluster" : node, from.action),
              .action = from.action,
              .node = node,
              .args = {},
              .gate = {}};
    for (const auto& [name, value] : from.args)
      step.args[name] = filled_in(value, node);
    if (!from.gate.empty()) step.gate = gate_for(from);
    return step;
  }

  Gate gate_for(const StepTemplate& step) const {
    auto gate = playbook_.gates.at(step.gate);
    const auto& policy = plan_.policy;
    if (gate.hold == Gate::kOfPolicy) gate.hold = policy.gates.hold;
    if (gate.within == base::nanoseconds(0)) gate.within = policy.gates.within;
    if (step.action == "lame-duck")
      gate.within = std::max(gate.within, policy.drain.duration + kAfterDrain);
    return gate;
  }

  // What is unknown stays as it is: the plan's reader has complained of it already.
  std::string filled_in(const std::string& text, const std::string& node) const {
    plan::Variables variables{{{"release.version", plan_.release.version}}, {}};
    if (!node.empty()) variables.values["node"] = node;
    const auto result = plan::expand(text, variables);
    return result ? *result : text;
  }

  void add(Step step) {
    const auto id = step.id;
    for (int number = 2; !ids_.insert(step.id).second; ++number)
      step.id = fmt::format("{}-{}", id, number);
    steps_.list.push_back(std::move(step));
  }

  const Plan& plan_;
  const Playbook& playbook_;
  const Turns turns_;
  const bool temp_runs_;
  const bool use_temp_;
  const bool has_jetstream_;
  Steps steps_;
  std::set<std::string> ids_;
};

}  // namespace

Steps compile_as(const Plan& plan,
                 const Playbook& playbook,
                 const plan::ClusterView& view,
                 Temp temp) {
  return Assembly(plan, playbook, view, temp).take();
}

}  // namespace playbook
