#pragma once

#include "plan/plan.h"
#include "playbook/step.h"
#include "watch/sample.h"

#include <functional>
#include <string>
#include <vector>

// A condition judges what was seen. It is a row of a table (conditions.h): a name, a meaning, a
// function.
namespace gates {

enum class Verdict { green, red, unknown };  // unknown counts as red, and says what is not known

// One judgement about one node, with what was seen and what was wanted:
//   mesh-full  B  red  "routes to A" / "routes to A, C"
struct Reading {
  std::string condition;
  std::string node;  // empty: the cluster
  Verdict verdict = Verdict::unknown;
  std::string seen;
  std::string wanted;

  std::string sentence() const;  // "mesh-full: B: routes to A, wanted routes to A, C"
  bool operator==(const Reading&) const = default;
};

// All that a condition may look at.
struct Scene {
  const plan::Plan& plan;
  const playbook::Step& step;  // the step whose gate this is; its node is the one that changes
  const watch::Snapshot& now;
  const watch::Baseline& before;
  base::Time time;
  bool temp_node_expected = false;  // C was added and not yet removed: it is part of the mesh
};

struct Condition {
  std::string name;
  std::string meaning;
  std::function<std::vector<Reading>(const Scene&)> judge;
};

}  // namespace gates
