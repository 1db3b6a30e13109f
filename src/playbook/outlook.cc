#include "playbook/outlook.h"

#include "playbook/compiler.h"
#include "playbook/temp_choice.h"

namespace playbook {

namespace {

bool has_temp_steps(const Playbook& playbook) {
  for (const auto& phase : playbook.phases) {
    for (const auto& step : phase.steps) {
      if (is_temp_step(step)) return true;
    }
  }
  return false;
}

}  // namespace

Outlook outlook(const plan::Plan& plan, const Playbook& playbook, const plan::ClusterView& view) {
  Outlook result;
  result.steps = compile_as(plan, playbook, view, Temp::without);
  result.chosen = forecast(plan, result.steps, view);
  if (!has_temp_steps(playbook)) return result;
  if (!plan.temp_node) {
    result.steps.temp_node = "no temporary node: the plan names none";
    return result;
  }
  auto with = compile_as(plan, playbook, view, Temp::with);
  auto with_temp = forecast(plan, with, view);
  const bool all_done = result.steps.skipped.size() == plan.nodes.size();
  const auto choice = all_done ? choose_temp_at_the_end(plan, view)
                               : choose_temp(plan, view, with_temp, result.chosen);
  if (!all_done) {
    result.with_temp = with_temp;
    result.without_temp = result.chosen;
  }
  if (choice.use) {
    result.steps = std::move(with);
    result.chosen = std::move(with_temp);
  }
  result.steps.temp_node = choice.why;
  return result;
}

Steps compile(const plan::Plan& plan, const Playbook& playbook, const plan::ClusterView& view) {
  return outlook(plan, playbook, view).steps;
}

}  // namespace playbook
