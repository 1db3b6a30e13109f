#include "playbook/turns_again.h"

#include <algorithm>
#include <map>

namespace playbook {

namespace {

// A member's turn: `count` steps from `begin` on.
struct Turn {
  std::string node;
  std::size_t begin = 0;
  std::size_t count = 0;
};

// Runs of steps of one node, in the list's order.
std::vector<Turn> turns_of(const std::vector<Step>& list) {
  std::vector<Turn> turns;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (turns.empty() || turns.back().node != list[i].node) turns.push_back({list[i].node, i, 0});
    ++turns.back().count;
  }
  return turns;
}

bool says_leader_last(const std::vector<std::string>& order) {
  const auto end = std::find(order.begin(), order.end(), "as-listed");
  return std::find(order.begin(), end, "meta-leader-last") != end;
}

}  // namespace

std::optional<std::vector<std::string>> turns_again(const Steps& steps,
                                                    const std::set<std::string>& begun,
                                                    const plan::ClusterView& view) {
  if (!says_leader_last(steps.order)) return std::nullopt;
  std::vector<std::string> left;
  for (const auto& turn : turns_of(steps.list)) {
    if (!steps.recovery.contains(turn.node) || begun.contains(turn.node)) continue;
    if (std::find(left.begin(), left.end(), turn.node) != left.end()) return std::nullopt;
    left.push_back(turn.node);
  }
  auto wanted = left;
  std::stable_partition(wanted.begin(), wanted.end(), [&](const std::string& node) {
    const auto at = view.nodes.find(node);
    return at == view.nodes.end() || !at->second.meta_leader;
  });
  if (wanted == left) return std::nullopt;
  return wanted;
}

std::vector<Step> with_turns(const std::vector<Step>& list, const std::vector<std::string>& turns) {
  const auto all = turns_of(list);
  std::map<std::string, Turn> by_node;
  for (const auto& turn : all)
    by_node[turn.node] = turn;
  std::vector<Step> result;
  auto next = turns.begin();
  for (const auto& place : all) {
    const bool moves = std::find(turns.begin(), turns.end(), place.node) != turns.end();
    const auto& turn = moves && next != turns.end() ? by_node[*next++] : place;
    const auto begin = list.begin() + static_cast<std::ptrdiff_t>(turn.begin);
    result.insert(result.end(), begin, begin + static_cast<std::ptrdiff_t>(turn.count));
  }
  return result;
}

}  // namespace playbook
