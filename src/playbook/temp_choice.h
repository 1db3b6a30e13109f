#pragma once

#include "plan/cluster_view.h"
#include "plan/plan.h"
#include "playbook/forecast.h"
#include "playbook/playbook.h"

#include <string>

namespace playbook {

// Whether the temporary node is worth its trouble, and why, as a sentence for the operator.
struct TempChoice {
  bool use = false;
  std::string why;
};

// As the plan says; `auto`: from the forecasts of both ways. It is, when it keeps the fullest
// server clearly less full, or when a member would otherwise be alone while the other is out; it is
// not, when no server tells clients of others, since they would not learn of it. One that runs
// already stays.
TempChoice choose_temp(const plan::Plan& plan,
                       const plan::ClusterView& view,
                       const Forecast& with,
                       const Forecast& without);

// When no member is left to upgrade: it is only taken away, if it is there.
TempChoice choose_temp_at_the_end(const plan::Plan& plan, const plan::ClusterView& view);

// Whether the plan's temporary node is there now.
bool runs_temp_node(const plan::Plan& plan, const plan::ClusterView& view);

// Whether this step is about the temporary node itself.
bool is_temp_step(const StepTemplate& step);

}  // namespace playbook
