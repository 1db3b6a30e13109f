#pragma once

#include "gates/condition.h"

#include <string>
#include <vector>

// The table of conditions: every word that a gate may use. A row's file says exactly what it wants
// and where that knowledge comes from.
//
// Whom a condition judges: the node of the step; the whole cluster when the step has none, or when
// its node is the temporary one and that is gone. Conditions of the mesh judge every pair.
//
// A sample that is absent, incomplete or older than policy.gates.max_age is never good news: the
// reading is `unknown` and says what is missing.
namespace gates {

const std::vector<Condition>& conditions();

// nullptr when there is no such condition.
const Condition* find_condition(const std::string& name);

// The readings of all of them, in their order. An unknown name gives an unknown reading.
std::vector<Reading> judge(const std::vector<std::string>& names, const Scene& scene);

bool all_green(const std::vector<Reading>& readings);

}  // namespace gates
