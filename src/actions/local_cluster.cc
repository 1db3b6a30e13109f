#include "actions/local_cluster.h"

#include "actions/server.h"
#include "base/text.h"
#include "gates/gate_keeper.h"
#include "gates/server_conf.h"
#include "watch/observe.h"

#include <fmt/core.h>

namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr base::nanoseconds kMeshPatience =
    std::chrono::minutes(1);  // routes are dialled every second

// What the actions want to know, for a step that is none of a playbook.
struct Hands {
  playbook::Step step;
  watch::Baseline before;
  Context context;

  Hands(LocalCluster& cluster, const std::string& node)
      : step{.id = node + "/local", .action = {}, .node = node, .args = {}, .gate = {}},
        context{.plan = cluster.plan,
                .step = step,
                .before = before,
                .executors = cluster.executors,
                .watcher = cluster.watcher,
                .clock = cluster.clock,
                .stop = cluster.stop,
                .run_id = {},
                .temp_node_expected = false,
                .say = cluster.say} {}
};

Result<void> start_member(LocalCluster& cluster, const plan::Node& node) {
  Hands hands(cluster, node.name);
  auto* executor = TRY(executor_of(hands.context, node.name));
  const auto facts = TRY(executor->facts());
  if (facts.running) {
    cluster.say(fmt::format("{} runs already, process {}", node.name, facts.running->id.pid));
    return {};
  }
  TRY(executor->stage(cluster.plan.release));
  TRY(executor->activate(cluster.plan.release.version));
  return start_and_wait(hands.context, node);
}

Result<void> wait_for_mesh(LocalCluster& cluster) {
  playbook::Step step{.id = "cluster/up", .action = "up", .node = {}, .args = {}, .gate = {}};
  step.gate = playbook::Gate{.name = "cluster-up",
                             .conditions = {"mesh-full", "healthz-ok", "gateways-back"},
                             .hold = {},
                             .within = kMeshPatience};
  const watch::Baseline nothing;
  gates::GateKeeper keeper(cluster.clock, [&] { return cluster.watcher.look(); });
  const auto waited =
      keeper.wait({.plan = cluster.plan, .step = step, .before = nothing}, cluster.stop, {});
  if (waited.end == gates::Waited::End::opened) return {};
  const auto code =
      waited.end == gates::Waited::End::shut ? ErrorCode::timeout : ErrorCode::cancelled;
  return Error(code, waited.sentence(*step.gate));
}

Result<void> stop_server(LocalCluster& cluster, const plan::Node& node) {
  Hands hands(cluster, node.name);
  hands.before[node.name] = watch::before_of(node.name, cluster.watcher.look());
  auto* executor = TRY(executor_of(hands.context, node.name));
  const auto server = verified_server(hands.context, node);
  if (server) {
    TRY(stop_for_certain(hands.context, node, server->id));
    cluster.say(node.name + " stopped");
  } else if (server.error().code != ErrorCode::not_found) {
    return server.error();
  }
  return executor->forget();
}

}  // namespace

Result<void> up(LocalCluster& cluster) {
  for (const auto& node : cluster.plan.nodes)
    TRY(start_member(cluster, node));
  TRY(wait_for_mesh(cluster));
  const auto clusters = cluster.plan.clusters().size();
  cluster.say(fmt::format(
      "{} are {}",
      base::count_of(cluster.plan.nodes.size(), "server"),
      clusters == 1 ? std::string("one cluster") : fmt::format("{} clusters", clusters)));
  return {};
}

Result<void> down(LocalCluster& cluster) {
  std::vector<std::string> troubles;
  const auto note = [&](const Result<void>& done) {
    if (!done) troubles.push_back(done.error().what);
  };
  if (cluster.plan.temp_node) {
    const auto& temp = *cluster.plan.temp_node;
    if (const auto at = cluster.executors.find(temp.node.name); at != cluster.executors.end()) {
      note(at->second->remove_file(gates::temp_conf_file(temp)));
      note(stop_server(cluster, temp.node));
    }
  }
  for (const auto& node : cluster.plan.nodes)
    note(stop_server(cluster, node));
  if (troubles.empty()) return {};
  return Error(ErrorCode::refused, base::join(troubles, "; "));
}

}  // namespace actions
