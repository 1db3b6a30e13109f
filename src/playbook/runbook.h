#pragma once

#include "plan/plan.h"
#include "playbook/outlook.h"
#include "playbook/playbook.h"
#include "playbook/vocabulary.h"

#include <functional>
#include <string>
#include <vector>

namespace playbook {

// What a person types to do a step: the action table's by_hand, looked up by the step's action.
using ByHand = std::function<std::vector<std::string>(const plan::Plan&, const Step&)>;

// The same steps as a document for a person who does them by hand or signs them off: each with its
// commands, and for each gate what to look at and what must be seen, with the addresses and
// versions of this plan. Pure.
std::string to_runbook(const plan::Plan& plan,
                       const Playbook& playbook,
                       const Outlook& outlook,
                       const Vocabulary& vocabulary,
                       const ByHand& by_hand);

}  // namespace playbook
