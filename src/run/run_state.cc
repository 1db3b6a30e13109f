#include "run/run_state.h"

#include "playbook/turns_again.h"
#include "run/baseline.h"
#include "run/steering.h"

#include <algorithm>

namespace run {

namespace {

using playbook::Step;

void start(RunState& state, const Event& event) {
  state.run = event.run;
  state.cluster = event.data["cluster"].text();
  state.playbook = event.data["playbook"].text();
  state.release = event.data["release"].text();
  state.verified = event.data["verified"].text("every step is done");
  state.command = event.data["command"].text();
  state.plan_file = event.data["plan_file"].text();
  state.started = event.time;
  if (auto steps = playbook::steps_from_json(event.data["steps"])) state.steps = *std::move(steps);
}

void finish_step(RunState& state, const std::string& id) {
  state.done.insert(id);
  state.current.reset();
  if (state.failed == id) state.failed.reset();
  const auto* step = state.find(id);
  if (step != nullptr && step->action == kRemoveTempNode) state.temp_node_present = false;
}

// What was taken back is to be done again: the node's steps are left once more.
void take_back(RunState& state, const Event& event) {
  state.recovering.reset();
  state.current.reset();
  if (!event.data["recovered"].boolean()) return;
  if (event.data["member"].boolean()) state.a_member_was_recovered = true;
  for (const auto& step : state.steps.list) {
    if (step.node != event.node) continue;
    state.done.erase(step.id);
    state.touched.erase(step.id);
    if (step.action == kAddTempNode) state.temp_node_present = false;
  }
}

// One that was cut short by a kill goes on with the steps that are not done; another begins anew.
void start_recovery(RunState& state, const Event& event) {
  if (state.recovering != event.node)
    std::erase_if(state.done, [&](const auto& id) { return state.find(id) == nullptr; });
  state.recovering = event.node;
}

void stop(RunState& state, const Event& event, Phase phase) {
  state.phase = phase;
  state.why = event.text;
  state.exit_code = static_cast<int>(event.data["exit_code"].integer());
}

}  // namespace

const Step* RunState::find(const std::string& step) const {
  for (const auto& candidate : steps.list) {
    if (candidate.id == step) return &candidate;
  }
  return nullptr;
}

std::vector<const Step*> RunState::left() const {
  std::vector<const Step*> result;
  for (const auto& step : steps.list) {
    if (!done.contains(step.id)) result.push_back(&step);
  }
  return result;
}

bool RunState::begun(const std::string& node) const {
  return std::any_of(steps.list.begin(), steps.list.end(), [&](const Step& step) {
    return step.node == node && touched.contains(step.id);
  });
}

bool RunState::all_done(const std::string& node) const {
  return std::all_of(steps.list.begin(), steps.list.end(), [&](const Step& step) {
    return step.node != node || done.contains(step.id);
  });
}

std::string RunState::node_in_hand() const {
  for (const auto& step : steps.list) {
    if (step.action == kAddTempNode || step.action == kRemoveTempNode || step.node.empty())
      continue;
    if (begun(step.node) && !all_done(step.node)) return step.node;
  }
  return {};
}

void apply(RunState& state, const Event& event) {
  state.ended = event.time;
  switch (event.kind) {
    case EventKind::run_started:
      start(state, event);
      break;
    case EventKind::baseline:
      for (auto& [node, before] : baseline_from_json(event.data))
        state.before[node] = before;
      break;
    case EventKind::turns_changed:
      state.steps.list = playbook::with_turns(state.steps.list, event.data["turns"].texts());
      break;
    case EventKind::step_started: {
      state.current = event.step;
      if (event.data["changes"].boolean()) state.touched.insert(event.step);
      const auto* step = state.find(event.step);
      if (step != nullptr && step->action == kAddTempNode) state.temp_node_present = true;
      break;
    }
    case EventKind::step_skipped:
    case EventKind::waiting:
      break;
    case EventKind::step_finished:
      finish_step(state, event.step);
      break;
    case EventKind::step_failed:
      state.failed = event.step;
      state.current.reset();
      state.why = event.text;
      break;
    case EventKind::recovery_started:
      start_recovery(state, event);
      break;
    case EventKind::recovery_finished:
      take_back(state, event);
      break;
    case EventKind::run_paused:
      stop(state, event, Phase::paused);
      break;
    case EventKind::run_interrupted:
      stop(state, event, Phase::interrupted);
      break;
    case EventKind::run_resumed:
      // After a kill the failure is still to be answered; after a pause a person has answered it.
      if (state.phase != Phase::running) {
        state.failed.reset();
        state.a_member_was_recovered = false;
      }
      state.phase = Phase::running;
      state.exit_code.reset();
      break;
    case EventKind::steered:
      state.wish = wish_named(event.data["wish"].text());
      state.phase = Phase::running;
      state.exit_code.reset();
      state.failed.reset();  // a person has answered it
      break;
    case EventKind::run_finished:
      state.wish.reset();
      stop(state, event, Phase::finished);
      break;
  }
}

RunState fold(const std::vector<Event>& events) {
  RunState state;
  for (const auto& event : events)
    apply(state, event);
  return state;
}

}  // namespace run
