#pragma once

#include "plan/cluster_view.h"
#include "plan/plan.h"
#include "playbook/step.h"

#include <string>
#include <vector>

namespace playbook {

// Which members are to be changed, and in what order.
struct Turns {
  std::vector<std::string> nodes;
  std::vector<Skipped> skipped;
};

// `order` holds words of order_words(); the first that tells two nodes apart decides. What none
// tells apart stays as the plan lists it.
Turns turns(const plan::Plan& plan,
            const std::vector<std::string>& order,
            const plan::ClusterView& view);

}  // namespace playbook
