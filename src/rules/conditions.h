#pragma once

#include "rules/facts.h"
#include "rules/rule.h"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

// Whether a condition holds, and what makes it hold: "A: cluster.compression", "APP > ORDERS".
struct Holds {
  enum class Is { no, yes, unknown };

  Is is = Is::no;
  std::vector<std::string> who = {};
};

// What a condition looks at.
struct Question {
  const Rules& rules;
  const Facts& facts;
  contract::Version from;
  contract::Version to;
  const std::vector<std::string>& words;  // after the condition's name, in the rule
};

struct Condition {
  std::string name;
  std::string meaning;
  std::function<Holds(const Question&)> judge;
};

// The words that stand under `when` in rules.yaml.
const std::vector<Condition>& conditions();
const Condition* find_condition(std::string_view name);

}  // namespace rules
