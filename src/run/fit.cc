#include "run/fit.h"

#include "watch/observe.h"

#include <fmt/format.h>

namespace run {

namespace {

std::string misfit_of(const plan::Plan& plan,
                      const RunState& state,
                      const plan::Node& node,
                      const contract::Varz& varz) {
  if (auto wrong = watch::mismatch(plan, node, varz); !wrong.empty()) return wrong;
  const auto at = state.before.find(node.name);
  const auto old = at == state.before.end() ? std::string() : at->second.version;
  const auto& release = plan.release.version;
  const bool begun = state.begun(node.name);
  if (old.empty() || (begun && varz.version == release)) return {};
  const bool on_the_way_back = state.wish || state.recovering == node.name;
  const bool done = begun && state.all_done(node.name) && !on_the_way_back;
  if (!done && varz.version == old) return {};
  return fmt::format("it runs {}, and this run left it at {}", varz.version, done ? release : old);
}

}  // namespace

std::optional<std::string> misfit(const plan::Plan& plan,
                                  const RunState& state,
                                  const watch::Snapshot& now) {
  for (const auto& node : plan.nodes) {
    const auto* sample = now.find(node.name);
    if (sample == nullptr || !sample->varz) continue;
    const auto wrong = misfit_of(plan, state, node, *sample->varz);
    if (wrong.empty()) continue;
    return fmt::format("the cluster no longer fits the run: {}: {}; somebody changed it meanwhile",
                       node.name,
                       wrong);
  }
  return std::nullopt;
}

}  // namespace run
