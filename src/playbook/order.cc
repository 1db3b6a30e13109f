#include "playbook/order.h"

#include <algorithm>

#include <fmt/format.h>

namespace playbook {

namespace {

using plan::NodeView;

// Where a node's cluster stands: as the plan names them, that of the meta leader last.
std::map<std::string, int> places_of_clusters(const plan::Plan& plan,
                                              const plan::ClusterView& view) {
  auto clusters = plan.clusters();
  std::stable_partition(clusters.begin(), clusters.end(), [&](const std::string& cluster) {
    const auto members = plan.members_of(cluster);
    return std::none_of(members.begin(), members.end(), [&](const auto* member) {
      const auto at = view.nodes.find(member->name);
      return at != view.nodes.end() && at->second.meta_leader;
    });
  });
  std::map<std::string, int> places;
  for (const auto& cluster : clusters)
    places.emplace(cluster, static_cast<int>(places.size()));
  return places;
}

// The smaller, the earlier.
int rank(const std::string& word, const NodeView& node) {
  if (word == "unready-first") return node.reachable && node.healthy ? 1 : 0;
  if (word == "meta-leader-last") return node.meta_leader ? 1 : 0;
  if (word == "fewest-clients") return node.clients;
  return 0;
}

}  // namespace

Turns turns(const plan::Plan& plan,
            const std::vector<std::string>& order,
            const plan::ClusterView& view) {
  Turns result;
  const auto seen = [&](const std::string& name) {
    const auto at = view.nodes.find(name);
    return at == view.nodes.end() ? NodeView{} : at->second;
  };
  for (const auto& node : plan.nodes) {
    const auto now = seen(node.name);
    if (now.reachable && now.version == plan.release.version) {
      result.skipped.push_back(
          {node.name, fmt::format("{} already runs {}", node.name, now.version)});
    } else {
      result.nodes.push_back(node.name);
    }
  }
  const auto places = places_of_clusters(plan, view);
  const auto rank_of = [&](const std::string& word, const std::string& name) {
    return word == "cluster-by-cluster" ? places.at(plan.cluster_of(name)) : rank(word, seen(name));
  };
  // "as-listed" ends the comparison: words behind it have nothing left to say.
  const auto words =
      std::vector<std::string>(order.begin(), std::find(order.begin(), order.end(), "as-listed"));
  std::stable_sort(
      result.nodes.begin(), result.nodes.end(), [&](const std::string& a, const std::string& b) {
        for (const auto& word : words) {
          const int first = rank_of(word, a);
          const int second = rank_of(word, b);
          if (first != second) return first < second;
        }
        return false;
      });
  return result;
}

}  // namespace playbook
