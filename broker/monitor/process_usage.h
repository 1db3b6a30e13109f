#pragma once

#include "base/clock.h"

#include <cstdint>
#include <mutex>

namespace broker {

// What this process takes of its machine. Threads: any.
class ProcessUsage {
 public:
  std::int64_t resident_bytes() const;

  // Percent of one core since the last question, which is at least a second ago; else what was
  // answered then.
  double cpu_percent();

 private:
  std::mutex mutex_;
  base::Time asked_ = {};      // guarded by mutex_
  base::nanoseconds used_{0};  // guarded by mutex_
  double percent_ = 0;         // guarded by mutex_
};

}  // namespace broker
