#include "base/text.h"
#include "gates/judging.h"
#include "watch/observe.h"

#include <fmt/core.h>

// Whether clusters are joined as they were: by gateways, and by the connections of leaf nodes. No
// /healthz tells of either. A server sends to one server of each other cluster, whichever, and is
// in nobody's way when it lost that: each server has to have one for each cluster. A leaf node may
// come back to another server of the cluster, so its connections are counted over all. Source:
// /gatewayz and /leafz of 2.9.10, 2.10.27 and 2.15.1.
namespace gates {

namespace {

std::string gateways_to(const std::set<std::string>& clusters) {
  return "gateways to " + list_of({clusters.begin(), clusters.end()});
}

// What it had before, and the other clusters of the plan that have gateways.
std::set<std::string> wanted_gateways(const Scene& scene,
                                      const plan::Node& node,
                                      const watch::Sample* sample) {
  const auto before = scene.before.find(node.name);
  auto wanted = before == scene.before.end() ? std::set<std::string>() : before->second.gateways;
  if (sample && !watch::has_gateways(*sample)) return wanted;
  const auto& own = scene.plan.cluster_of(node.name);
  for (const auto& other : scene.plan.nodes) {
    const auto& cluster = scene.plan.cluster_of(other.name);
    const auto* seen_there = scene.now.find(other.name);
    if (cluster != own && seen_there && watch::has_gateways(*seen_there)) wanted.insert(cluster);
  }
  return wanted;
}

}  // namespace

void judge_gateways(Readings& readings, const Scene& scene, const plan::Node& node) {
  const auto now = seen(scene, node.name);
  const auto wanted = wanted_gateways(scene, node, now.sample);
  if (wanted.empty()) return;
  if (!now || !now.sample->gatewayz) {
    readings.unknown(
        node.name, now ? "no /gatewayz: " + now.sample->trouble : now.missing, gateways_to(wanted));
    return;
  }
  std::set<std::string> has;
  for (const auto& [cluster, server] : now.sample->gatewayz->outbound)
    has.insert(cluster);
  const bool all = std::includes(has.begin(), has.end(), wanted.begin(), wanted.end());
  readings.add(node.name, all, gateways_to(has), gateways_to(wanted));
}

namespace {

std::vector<Reading> gateways_back(const Scene& scene) {
  Readings readings("gateways-back");
  for (const auto* node : whole_mesh(scene)) {
    if (const auto now = seen(scene, node->name); now) {
      judge_gateways(readings, scene, *node);
    } else if (!is_another_s_question(scene, node->name)) {
      readings.unknown(node->name, now.missing, "the gateways that it had");
    }
  }
  if (readings.size() == 0) readings.green("", "no gateways");
  return readings.done();
}

// By account, the most that was noted before.
std::map<std::string, int> wanted_leafs(const Scene& scene) {
  std::map<std::string, int> wanted;
  for (const auto& [node, before] : scene.before) {
    if (!scene.step.node.empty() && node != scene.step.node) continue;
    for (const auto& [account, count] : before.leafs)
      wanted[account] = std::max(wanted[account], count);
  }
  return wanted;
}

std::vector<Reading> leafs_back(const Scene& scene) {
  Readings readings("leafs-back");
  const auto asked = mesh_to_come_back_to(scene);
  const bool all_asked = asked.size() == whole_mesh(scene).size();
  for (const auto* node : asked) {
    const auto now = seen(scene, node->name);
    if (now && (now.sample->leafz || !watch::has_leafs(*now.sample))) continue;
    readings.unknown(node->name,
                     now ? "no /leafz: " + now.sample->trouble : now.missing,
                     "its leaf connections");
  }
  auto has = watch::leafs_of(scene.now);
  const auto wanted = wanted_leafs(scene);
  if (wanted.empty() && readings.size() == 0) readings.green("", "no leaf nodes");
  for (const auto& [account, count] : wanted) {
    const auto there = has[account];
    readings.add("",
                 there >= count || !all_asked,  // who counts those of a silent server?
                 fmt::format("{} of account {}",
                             base::count_of(static_cast<std::size_t>(there), "leaf connection end"),
                             account),
                 fmt::format("the {} there were", count));
  }
  return readings.done();
}

}  // namespace

std::vector<Condition> link_conditions() {
  return {{"gateways-back",
           "every server has gateways to the other clusters of the plan, and where it had some",
           gateways_back},
          {"leafs-back",
           "there are as many connections of leaf nodes as before, in each account",
           leafs_back}};
}

}  // namespace gates
