#include "exec/side_by_side.h"

#include <atomic>
#include <map>
#include <thread>

namespace exec {

namespace {

// Enough to hide the network and programs that are waited for; few enough for one link, and for
// this machine, to carry: a client of ssh is a few MiB and a hundredth of a second of processor.
constexpr std::size_t kAtOnce = 32;

using Nodes = std::vector<const plan::Node*>;

// What one thread does after the other, in the order in which the nodes come: those of a host. Here
// every node is for itself.
std::vector<Nodes> in_groups(const Nodes& nodes) {
  std::vector<Nodes> groups;
  std::map<std::string, std::size_t> known;
  for (const auto* node : nodes) {
    if (!node->executor.is_remote()) {
      groups.push_back({node});
      continue;
    }
    const auto [at, is_new] = known.emplace(node->executor.host, groups.size());
    if (is_new) groups.emplace_back();
    groups[at->second].push_back(node);
  }
  return groups;
}

}  // namespace

void side_by_side(const Nodes& nodes, const std::function<void(const plan::Node&)>& work) {
  const auto groups = in_groups(nodes);
  std::atomic<std::size_t> next = 0;
  const auto serve = [&] {
    for (auto at = next++; at < groups.size(); at = next++) {
      for (const auto* node : groups[at])
        work(*node);
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(kAtOnce, groups.size()); ++i)
    others.emplace_back(serve);
  serve();
}

}  // namespace exec
