#pragma once

#include "tests/bench/scenario.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

// What one scenario gave: each release's medians, in the order in which they were measured, ours
// first. A release that cannot do it has none.
struct Outcome {
  const Scenario* scenario = nullptr;
  std::vector<std::optional<Numbers>> releases = {};
};

// Ours against the better of the others.
struct Comparison {
  double ours = 0;
  double theirs = 0;

  double ratio() const { return theirs > 0 ? ours / theirs : 0; }
};

std::optional<Comparison> compare(const Outcome& outcome, Quantity quantity);

enum class Met { yes, no, unknown };

// Whether the goal is met, and how both are told: "server CPU at most 0.33: 0.29". When it is
// missed, also what the figures say of why: the kernel's part alone, the cores that were used.
struct Verdict {
  Met met = Met::unknown;
  std::string wanted = {};
  std::string seen = {};
  std::string why = {};
};

Verdict judge(const Goal& goal, const Outcome& outcome, const std::vector<Outcome>& all);

}  // namespace bench
