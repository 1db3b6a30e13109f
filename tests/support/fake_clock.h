#pragma once

#include "base/clock.h"

#include <condition_variable>
#include <mutex>

namespace support {

// Time that moves when told. Code under test waits in its own thread; the test moves the hands:
//
//   FakeClock clock;
//   std::jthread worker([&] { ... clock.wait(30s, stop) ... });
//   clock.until_waiting();
//   clock.advance(30s);
//
// With Waits::jump nobody needs to move it: a wait() takes no time and advances the clock by what
// was asked for. Good for code that waits in the test's own thread.
//
// Threads: any.
class FakeClock : public base::Clock {
 public:
  enum class Waits { block, jump };

  explicit FakeClock(Waits waits = Waits::block) : waits_(waits) {}

  base::Time now() const override {
    const std::lock_guard lock(mutex_);
    return base::Time{} + std::chrono::hours(1) + passed_;
  }

  // Begins on 2026-01-01.
  base::WallTime wall() const override {
    const std::lock_guard lock(mutex_);
    return base::WallTime{} + std::chrono::seconds(1767225600) + passed_;
  }

  bool wait(base::nanoseconds duration, const std::stop_token& stop) override {
    std::unique_lock lock(mutex_);
    if (stop.stop_requested()) return false;
    if (waits_ == Waits::jump) {
      passed_ += duration;
      return true;
    }
    const auto end = passed_ + duration;
    ++waiting_;
    changed_.notify_all();
    const bool reached = changed_.wait(lock, stop, [&] { return passed_ >= end; });
    --waiting_;
    return reached;
  }

  void advance(base::nanoseconds duration) {
    const std::lock_guard lock(mutex_);
    passed_ += duration;
    changed_.notify_all();
  }

  // Returns when that many threads are inside wait().
  void until_waiting(int threads = 1) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= threads; });
  }

 private:
  const Waits waits_;
  mutable std::mutex mutex_;
  std::condition_variable_any changed_;
  base::nanoseconds passed_{};
  int waiting_ = 0;
};

}  // namespace support
