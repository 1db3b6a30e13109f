#include "base/clock.h"

#include <condition_variable>
#include <mutex>

namespace base {

namespace {

class SystemClock final : public Clock {
 public:
  Time now() const override { return std::chrono::steady_clock::now(); }

  WallTime wall() const override { return std::chrono::system_clock::now(); }

  bool wait(nanoseconds duration, const std::stop_token& stop) override {
    std::mutex mutex;
    std::condition_variable_any wakes;
    std::unique_lock lock(mutex);
    wakes.wait_for(lock, stop, duration, [] { return false; });
    return !stop.stop_requested();
  }
};

}  // namespace

std::unique_ptr<Clock> system_clock() {
  return std::make_unique<SystemClock>();
}

}  // namespace base
