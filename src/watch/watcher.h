#pragma once

#include "base/clock.h"
#include "plan/plan.h"
#include "watch/sample.h"
#include "watch/system_account.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace watch {

// Looks at every node: once a second, four times around a change. A node with a monitoring port is
// asked over HTTP, one without through the system account.
//
// A node that does not answer has a Sample that says so; no old answer is kept for it. A slow node
// delays another by a hundredth of a second at most.
//
// Threads: every method may be called from any thread.
class Watcher {
 public:
  enum class Pace { calm, quick };

  // The clock outlives the watcher. `system`: how the system account is had, if it is.
  explicit Watcher(base::Clock& clock, std::optional<SystemSettings> system = {});
  ~Watcher();

  void add(const plan::Node& node);
  void remove(const std::string& node);
  void set_pace(Pace pace);

  // The latest samples. Their age is for the reader to judge (policy.gates.max_age).
  Snapshot latest() const;

  // Asks every node now and returns when each has answered or failed.
  Snapshot look();

  // All clients of a watched node, asked now; a sample names the first ones only.
  base::Result<std::vector<contract::ConnInfo>> clients(const std::string& node) const;

  // The system account; nullptr: there is none.
  SystemAccount* system() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace watch
