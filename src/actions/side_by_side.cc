#include "actions/side_by_side.h"

#include <atomic>
#include <map>
#include <thread>

namespace actions {

namespace {

constexpr std::size_t kAtOnce = 8;  // enough to hide the network; few enough for one link to carry

using Nodes = std::vector<const plan::Node*>;

// By machine, in the order in which they come.
std::vector<Nodes> by_machine(const Nodes& nodes) {
  std::vector<Nodes> machines;
  std::map<std::string, std::size_t> known;
  for (const auto* node : nodes) {
    const auto [at, is_new] = known.emplace(node->executor.host, machines.size());
    if (is_new) machines.emplace_back();
    machines[at->second].push_back(node);
  }
  return machines;
}

}  // namespace

void side_by_side(const Nodes& nodes, const std::function<void(const plan::Node&)>& work) {
  const auto machines = by_machine(nodes);
  std::atomic<std::size_t> next = 0;
  const auto serve = [&] {
    for (auto at = next++; at < machines.size(); at = next++) {
      for (const auto* node : machines[at])
        work(*node);
    }
  };
  std::vector<std::jthread> others;
  for (std::size_t i = 1; i < std::min(kAtOnce, machines.size()); ++i)
    others.emplace_back(serve);
  serve();
}

}  // namespace actions
