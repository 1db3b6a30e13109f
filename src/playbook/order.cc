#include "playbook/order.h"

#include <algorithm>

#include <fmt/format.h>

namespace playbook {

namespace {

using plan::NodeView;

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
  // "as-listed" ends the comparison: words behind it have nothing left to say.
  const auto words =
      std::vector<std::string>(order.begin(), std::find(order.begin(), order.end(), "as-listed"));
  std::stable_sort(
      result.nodes.begin(), result.nodes.end(), [&](const std::string& a, const std::string& b) {
        for (const auto& word : words) {
          const int first = rank(word, seen(a));
          const int second = rank(word, seen(b));
          if (first != second) return first < second;
        }
        return false;
      });
  return result;
}

}  // namespace playbook
