#pragma once

#include "plan/plan.h"

#include <map>
#include <string>

namespace plan {

// The plan as plan.yaml, to lie in the folder of `plan.file`. What is as the defaults have it is
// left out; reading it gives the same plan. `comments` stand above the fields they name ("release",
// "nodes[0].args").
std::string write_plan(const Plan& plan, const std::map<std::string, std::string>& comments = {});

}  // namespace plan
