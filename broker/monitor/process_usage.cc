#include "broker/monitor/process_usage.h"

#include <cmath>
#include <fstream>

#include <sys/resource.h>
#include <unistd.h>

namespace broker {

namespace {

base::nanoseconds time_used() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto part = [](const timeval& time) {
    return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
  };
  return part(usage.ru_utime) + part(usage.ru_stime);
}

}  // namespace

std::int64_t ProcessUsage::resident_bytes() const {
  std::int64_t total_pages = 0;
  std::int64_t resident_pages = 0;
  std::ifstream("/proc/self/statm") >> total_pages >> resident_pages;
  return resident_pages * ::sysconf(_SC_PAGESIZE);
}

double ProcessUsage::cpu_percent() {
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  const auto passed = now - asked_;
  if (passed < std::chrono::seconds(1)) return percent_;
  const auto used = time_used();
  // The first answer has no question before it.
  if (asked_ != base::Time{}) {
    percent_ = std::round(1000.0 * static_cast<double>((used - used_).count()) /
                          static_cast<double>(passed.count())) /
               10;
  }
  asked_ = now;
  used_ = used;
  return percent_;
}

}  // namespace broker
