#pragma once

#include "base/units.h"

#include <chrono>
#include <memory>
#include <stop_token>

namespace base {

using Time = std::chrono::steady_clock::time_point;

// Time as a parameter, so that tests move it by hand (tests/support/fake_clock.h).
// Threads: every method may be called from any thread.
class Clock {
 public:
  virtual ~Clock() = default;

  // Only for differences: never jumps, means nothing outside this process.
  virtual Time now() const = 0;

  // What a calendar shows: for journals, reports and expiry dates.
  virtual WallTime wall() const = 0;

  // Returns after `duration`, or as soon as `stop` is requested: false then.
  virtual bool wait(nanoseconds duration, const std::stop_token& stop) = 0;
};

// The machine's own clock.
std::unique_ptr<Clock> system_clock();

}  // namespace base
