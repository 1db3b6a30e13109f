// drain and rebalance: clients move, every server goes on serving.
#include "actions/spread.h"
#include "base/text.h"
#include "cli/carry_out.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace cli {

namespace {

struct MoveOptions {
  std::string node;
  std::string plan;
  double max_over_mean = 1.2;
};

int carry_step(Session& session, playbook::Step step, const std::string& verified) {
  NewRun order;
  order.playbook = step.action;
  order.command = step.action;
  order.verified = verified;
  order.steps.list = {std::move(step)};
  return carry_out(session, order, {}).exit_code;
}

bool has_system_account(const plan::Plan& plan) {
  if (plan.system) return true;
  complain(
      "the plan has no `system`: closing a single client takes a user of the system account; see "
      "natsctl --help");
  return false;
}

int drain(const Globals& globals, const MoveOptions& options) {
  const auto session = Session::open(globals, options.plan);
  if (!session) return run::kUsage;
  if (!session->plan.find(options.node)) {
    complain(fmt::format("there is no node '{}' in {}; there are: {}",
                         options.node,
                         options.plan,
                         base::join(session->servers(), ", ")));
    return run::kUsage;
  }
  if (!has_system_account(session->plan)) return run::kCheckFailed;
  playbook::Step step{.id = options.node + "/drain",
                      .action = "drain",
                      .node = options.node,
                      .args = {},
                      .gate = {}};
  return carry_step(
      *session,
      std::move(step),
      options.node + " has no clients left; it goes on serving, so new ones may come");
}

int rebalance(const Globals& globals, const MoveOptions& options) {
  const auto session = Session::open(globals, options.plan);
  if (!session) return run::kUsage;
  if (!has_system_account(session->plan)) return run::kCheckFailed;
  playbook::Step step{.id = "cluster/rebalance",
                      .action = "rebalance",
                      .node = {},
                      .args = {{"max_over_mean", fmt::format("{}", options.max_over_mean)}},
                      .gate = {}};
  const int code =
      carry_step(*session, std::move(step), "clients were evened out as far as can be");
  if (code != run::kVerified) return code;
  session->watcher->look();
  bool all_even = true;
  for (const auto& cluster : session->plan.clusters()) {
    const auto load = actions::clients_by_node(*session->watcher, session->plan, cluster);
    if (!load) return fail(load.error(), run::kHalted);
    say(actions::in_words(*load));
    const bool even = actions::spread_of(*load).max_over_mean() <= options.max_over_mean ||
                      !actions::why_not_more_even(*load, options.max_over_mean).empty();
    all_even = all_even && even;
  }
  return all_even ? run::kVerified : run::kHalted;
}

}  // namespace

Command drain_command() {
  return {"drain",
          "sends a server's clients to the others; it goes on serving",
          [](CLI::App& app) -> Run {
            auto options = std::make_shared<MoveOptions>();
            app.add_option("NODE", options->node, "a node of the plan")->required()->type_name("");
            app.add_option("PLAN", options->plan, "plan.yaml")->required()->type_name("");
            return [options](const Globals& globals) { return drain(globals, *options); };
          }};
}

Command rebalance_command() {
  return {
      "rebalance", "evens the clients out over the servers, in rounds", [](CLI::App& app) -> Run {
        auto options = std::make_shared<MoveOptions>();
        app.add_option("PLAN", options->plan, "plan.yaml")->required()->type_name("");
        app.add_option("--max-over-mean",
                       options->max_over_mean,
                       "how much fuller than the mean the fullest may be; default 1.2")
            ->check(CLI::Range(1.0, 100.0).description(""))
            ->type_name("RATIO");
        return [options](const Globals& globals) { return rebalance(globals, *options); };
      }};
}

}  // namespace cli
