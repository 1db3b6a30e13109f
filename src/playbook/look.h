#pragma once

#include "plan/plan.h"
#include "playbook/step.h"

#include <string>
#include <vector>

namespace playbook {

// One look of a person at the cluster: a command, and what it must show.
struct Look {
  std::string command;  // may be empty: no single command shows it
  std::string wanted;
};

// How a person sees that a condition holds at the gate of `step`. `temp_there`: the temporary node
// is part of the mesh then. Empty for a condition that has no look of its own; its meaning says
// what is wanted.
std::vector<Look> looks_for(const std::string& condition,
                            const plan::Plan& plan,
                            const Step& step,
                            bool temp_there);

}  // namespace playbook
