#include "actions/preflight.h"
#include "base/text.h"
#include "watch/observe.h"

#include <fmt/core.h>

namespace actions {

std::vector<Finding> check_watching(const plan::Plan& plan, watch::Watcher& watcher) {
  std::vector<Finding> findings;
  for (const auto& node : plan.nodes) {
    findings.push_back({node.name,
                        node.monitor ? "watched over " + watch::way_to(node)
                                     : "watched through " + watch::way_to(node),
                        {},
                        Severity::note});
  }
  auto* system = watcher.system();
  if (!system) return findings;
  const auto tried = system->try_out();
  if (tried) return findings;
  const bool needed = std::any_of(
      plan.nodes.begin(), plan.nodes.end(), [](const plan::Node& node) { return !node.monitor; });
  findings.push_back({"",
                      tried.error().what,
                      "correct `system` in the plan: a user of the servers' system account",
                      needed ? Severity::error : Severity::warning});
  return findings;
}

}  // namespace actions
