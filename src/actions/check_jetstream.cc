#include "actions/preflight.h"
#include "gates/conditions.h"

#include <fmt/core.h>

namespace actions {

namespace {

// What waiting does not mend, of the words that gates wait for.
const std::vector<std::string> kOfTheCluster = {
    "jetstream-enabled", "meta-leader-agreed", "meta-size", "groups-led", "groups-complete"};
const std::vector<std::string> kOfANode = {"few-copies-accepted", "memory-copies-accepted"};

base::Time newest_of(const watch::Snapshot& now) {
  base::Time newest{};
  for (const auto& [node, sample] : now.nodes)
    newest = std::max(newest, sample.taken);
  return newest;
}

void judge(std::vector<Finding>& findings,
           const plan::Plan& plan,
           const watch::Snapshot& now,
           const std::vector<std::string>& conditions,
           const std::string& node) {
  const playbook::Step step{
      .id = "cluster/preflight", .action = "preflight", .node = node, .args = {}, .gate = {}};
  const watch::Baseline nothing;
  const gates::Scene scene{plan, step, now, nothing, newest_of(now), false};
  for (const auto& reading : gates::judge(conditions, scene)) {
    if (reading.verdict == gates::Verdict::red)
      findings.push_back({reading.node, reading.seen, "wanted: " + reading.wanted});
  }
}

}  // namespace

std::vector<Finding> check_jetstream(const plan::Plan& plan, const watch::Snapshot& now) {
  std::vector<Finding> findings;
  judge(findings, plan, now, kOfTheCluster, "");
  for (const auto& node : plan.nodes) {
    const auto* sample = now.find(node.name);
    const bool stays = sample && sample->varz && sample->varz->version == plan.release.version;
    if (!stays) judge(findings, plan, now, kOfANode, node.name);
  }
  return findings;
}

}  // namespace actions
