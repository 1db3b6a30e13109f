#pragma once

#include "broker/sessions/session_state.h"

#include <deque>
#include <mutex>
#include <vector>

namespace broker {

// The clients that went last, for /connz?state=closed. The oldest give way.
// Threads: any; one lock.
class ClosedClients {
 public:
  explicit ClosedClients(std::size_t most) : most_(most) {}

  void add(const SessionState& state) {
    const std::lock_guard lock(mutex_);
    states_.push_back(state);
    if (states_.size() > most_) states_.pop_front();
  }

  std::vector<SessionState> all() const {
    const std::lock_guard lock(mutex_);
    return {states_.begin(), states_.end()};
  }

 private:
  const std::size_t most_;
  mutable std::mutex mutex_;
  std::deque<SessionState> states_;  // guarded by mutex_
};

}  // namespace broker
