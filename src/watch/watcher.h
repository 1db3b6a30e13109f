#pragma once

#include "base/clock.h"
#include "plan/plan.h"
#include "watch/sample.h"

#include <memory>
#include <string>
#include <vector>

namespace watch {

// Looks at every node's monitoring, all nodes side by side: once a second, four times around a
// change.
//
// A node that does not answer has a Sample that says so; no old answer is kept for it. A slow node
// never delays another.
//
// Threads: every method may be called from any thread.
class Watcher {
 public:
  enum class Pace { calm, quick };

  explicit Watcher(base::Clock& clock);  // the clock outlives the watcher
  ~Watcher();

  void add(const std::string& node, const plan::Address& monitor);
  void remove(const std::string& node);
  void set_pace(Pace pace);

  // The latest samples. Their age is for the reader to judge (policy.gates.max_age).
  Snapshot latest() const;

  // Asks every node now and returns when each has answered or failed.
  Snapshot look();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace watch
