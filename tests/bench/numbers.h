#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

// What is measured, and how it is taken.
namespace bench {

enum class Quantity {
  throughput,      // messages (or connections, or changes) a second
  server_cpu,      // nanoseconds of the servers' CPU time for each
  kernel_part,     // how much of that was the kernel's, in percent
  latency_p50,     // microseconds
  latency_p99,     // microseconds
  latency_p999,    // microseconds
  memory,          // KiB, of what the scenario is about
  private_memory,  // KiB of it that are no file's: neither program nor libraries
  startup,         // milliseconds
  generator_busy,  // of the load generator, in percent of one core
};

struct QuantityShape {
  const char* name;
  const char* unit;
  bool less_is_better;
};

QuantityShape shape_of(Quantity quantity);

using Numbers = std::map<Quantity, double>;

// Each quantity's median.
Numbers medians(const std::vector<Numbers>& rounds);

// The value below which `part` of the sorted values lie.
double percentile(const std::vector<double>& sorted, double part);

// p50, p99 and p99.9 of durations in microseconds.
void add_latencies(Numbers& numbers, std::vector<double> durations);

// The CPU time that processes have used until now, to the nanosecond, threads that ended included.
std::chrono::nanoseconds cpu_time(const std::vector<pid_t>& processes);

// The part of it that the kernel had, to some milliseconds.
std::chrono::nanoseconds kernel_time(const std::vector<pid_t>& processes);

// What the kernel says a process holds of memory, in KiB: all of it, or what no file lies behind.
double resident_kib(pid_t process);
double private_kib(pid_t process);

// From its making to take(): wall time, CPU time of servers, CPU time of our own.
class Stretch {
 public:
  explicit Stretch(std::vector<pid_t> servers);

  double seconds() const;

  // Throughput, server CPU of each, the kernel's part of that and the generator's share, `count`
  // being how many were done.
  Numbers take(double count) const;

 private:
  std::vector<pid_t> servers_;
  std::chrono::steady_clock::time_point begin_;
  std::chrono::nanoseconds server_cpu_;
  std::chrono::nanoseconds kernel_cpu_;
  std::chrono::nanoseconds own_cpu_;
};

}  // namespace bench
