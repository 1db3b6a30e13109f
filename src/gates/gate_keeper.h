#pragma once

#include "base/clock.h"
#include "gates/conditions.h"

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

namespace gates {

// Which gate is waited at, and what it is judged against. What is referred to outlives the waiting.
struct Passage {
  const plan::Plan& plan;
  const playbook::Step& step;  // its `gate` is the one
  const watch::Baseline& before;
  bool temp_node_expected = false;
  // Asked before every look: why the gate cannot open any more; empty: it can.
  std::function<std::string()> hopeless = nullptr;
};

// How the waiting ended.
struct Waited {
  enum class End { opened, shut, stopped, hopeless };

  End end = End::stopped;
  std::vector<Reading> readings;  // the last of each condition and node
  base::nanoseconds took{};
  std::string why;  // it is hopeless

  // "gate node-healthy did not open within 2m: mesh-full: B: routes to A, wanted A, C"
  std::string sentence(const playbook::Gate& gate) const;
};

// Told when the readings differ from those before, and when the hold begins or breaks: `green_for`
// is how long all have been green, of the gate's hold.
using OnChange =
    std::function<void(const std::vector<Reading>& readings, base::nanoseconds green_for)>;

// Waits until every condition of a gate has been green, at every look, for as long as its hold; one
// look that is not green begins the hold anew. Gives up when `within` has passed, or
// at once when it is hopeless. A hold that has
// begun by then may still be fulfilled: a gate that is green is not cut off in its last seconds.
//
// Threads: one at a time.
class GateKeeper {
 public:
  using Look = std::function<watch::Snapshot()>;

  // `look` asks every node now (Watcher::look), or says what a test wants.
  GateKeeper(base::Clock& clock, Look look);

  Waited wait(const Passage& passage, const std::stop_token& stop, const OnChange& on_change);

 private:
  base::Clock& clock_;
  Look look_;
};

}  // namespace gates
