#pragma once

#include "plan/cluster_view.h"
#include "plan/plan.h"
#include "playbook/forecast.h"
#include "playbook/playbook.h"
#include "playbook/step.h"

#include <optional>

namespace playbook {

// What `natsctl plan` shows: the steps, what they will do to the clients, and, where there is a
// temporary node to decide about, what both ways would do. Pure.
struct Outlook {
  Steps steps;
  Forecast chosen;
  std::optional<Forecast> with_temp;
  std::optional<Forecast> without_temp;
};

Outlook outlook(const plan::Plan& plan, const Playbook& playbook, const plan::ClusterView& view);

}  // namespace playbook
