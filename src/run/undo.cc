#include "run/undo.h"

#include <algorithm>
#include <array>

namespace run {

namespace {

// Puts files beside what is active; no server notices.
constexpr std::string_view kStageRelease = "stage-release";

// The operator's own: made for the way there, not for the way back.
constexpr std::string_view kRunCommand = "run-command";

constexpr std::string_view kInstallRelease = "install-release";

constexpr std::array<std::string_view, 3> kTakeDown = {"check", "lame-duck", "stop-node"};

bool is_temp_node_step(const playbook::Step& step) {
  return step.action == kAddTempNode || step.action == kRemoveTempNode;
}

std::string temp_node_of(const playbook::Steps& steps) {
  for (const auto& step : steps.list) {
    if (step.action == kAddTempNode) return step.node;
  }
  return {};
}

}  // namespace

std::vector<playbook::Step> recovery_of(const playbook::Steps& steps, const std::string& node) {
  const auto at = steps.recovery.find(node);
  if (at != steps.recovery.end() && !at->second.empty()) return at->second;
  for (const auto& step : steps.list) {
    if (step.action != kRemoveTempNode || step.node != node) continue;
    auto removal = step;
    removal.id = "recover/" + step.id;
    removal.gate.reset();
    return {removal};
  }
  return {};
}

std::vector<playbook::Step> way_back_of(const RunState& state, const std::string& node) {
  auto recovery = recovery_of(state.steps, node);
  const auto at = state.steps.recovery.find(node);
  if (at == state.steps.recovery.end() || at->second.empty() || !state.all_done(node))
    return recovery;
  std::vector<playbook::Step> result;
  for (const auto& step : state.steps.list) {
    if (step.node != node || step.action == kRunCommand) continue;
    const bool stops = std::any_of(recovery.begin(), recovery.end(), [&](const auto& back) {
      return back.action == step.action;
    });
    if (stops || step.action == kInstallRelease) break;
    result.push_back(step);
    result.back().id = "recover/" + step.id;
  }
  result.insert(result.end(), recovery.begin(), recovery.end());
  return result;
}

std::vector<std::string> nodes_to_roll_back(const RunState& state) {
  std::vector<std::string> nodes;
  for (const auto& step : state.steps.list) {
    if (step.node.empty() || is_temp_node_step(step) || !state.touched.contains(step.id)) continue;
    if (nodes.empty() || nodes.back() != step.node) nodes.push_back(step.node);
  }
  std::reverse(nodes.begin(), nodes.end());
  if (state.temp_node_present) nodes.push_back(temp_node_of(state.steps));
  return nodes;
}

bool takes_down(const playbook::Step& step) {
  return std::find(kTakeDown.begin(), kTakeDown.end(), step.action) != kTakeDown.end();
}

bool starts(const playbook::Step& step) {
  return step.action == kStartNode;
}

bool was_taken_down(const RunState& state, const std::string& node) {
  return std::any_of(
      state.steps.list.begin(), state.steps.list.end(), [&](const playbook::Step& step) {
        return step.node == node && takes_down(step) && state.touched.contains(step.id) &&
               state.done.contains(step.id);
      });
}

bool changed_the_cluster(const RunState& state) {
  if (state.temp_node_present) return true;
  return std::any_of(
      state.steps.list.begin(), state.steps.list.end(), [&](const playbook::Step& step) {
        return state.touched.contains(step.id) && step.action != kStageRelease &&
               !is_temp_node_step(step);
      });
}

}  // namespace run
