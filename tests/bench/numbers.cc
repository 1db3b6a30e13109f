#include "tests/bench/numbers.h"

#include <algorithm>
#include <cmath>
#include <ctime>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <unistd.h>

namespace bench {

QuantityShape shape_of(Quantity quantity) {
  switch (quantity) {
    case Quantity::throughput:
      return {"throughput", "/s", false};
    case Quantity::server_cpu:
      return {"server CPU", "ns each", true};
    case Quantity::kernel_part:
      return {"of it the kernel's", "%", true};
    case Quantity::latency_p50:
      return {"latency p50", "µs", true};
    case Quantity::latency_p99:
      return {"latency p99", "µs", true};
    case Quantity::latency_p999:
      return {"latency p99.9", "µs", true};
    case Quantity::memory:
      return {"memory", "KiB", true};
    case Quantity::private_memory:
      return {"of it no file's", "KiB", true};
    case Quantity::startup:
      return {"start-up", "ms", true};
    case Quantity::generator_busy:
      return {"generator busy", "%", true};
  }
  return {};
}

double percentile(const std::vector<double>& sorted, double part) {
  if (sorted.empty()) return 0;
  const auto last = static_cast<double>(sorted.size() - 1);
  return sorted[static_cast<std::size_t>(std::lround(last * part))];
}

Numbers medians(const std::vector<Numbers>& rounds) {
  std::map<Quantity, std::vector<double>> values;
  for (const Numbers& round : rounds) {
    for (const auto& [quantity, value] : round)
      values[quantity].push_back(value);
  }
  Numbers result;
  for (auto& [quantity, all] : values) {
    std::sort(all.begin(), all.end());
    const std::size_t half = all.size() / 2;
    result[quantity] = all.size() % 2 == 1 ? all[half] : (all[half - 1] + all[half]) / 2;
  }
  return result;
}

void add_latencies(Numbers& numbers, std::vector<double> durations) {
  std::sort(durations.begin(), durations.end());
  numbers[Quantity::latency_p50] = percentile(durations, 0.5);
  numbers[Quantity::latency_p99] = percentile(durations, 0.99);
  numbers[Quantity::latency_p999] = percentile(durations, 0.999);
}

namespace {

std::chrono::nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  if (::clock_gettime(clock, &time) != 0) throw std::runtime_error("a server has ended");
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::chrono::nanoseconds cpu_time(const std::vector<pid_t>& processes) {
  std::chrono::nanoseconds all{0};
  for (const pid_t process : processes) {
    clockid_t clock{};
    if (::clock_getcpuclockid(process, &clock) != 0) throw std::runtime_error("a server has ended");
    all += read_clock(clock);
  }
  return all;
}

// Source: proc(5), /proc/PID/stat: the name ends with the last ')'; stime is the 13th field after
// it.
std::chrono::nanoseconds kernel_time(const std::vector<pid_t>& processes) {
  constexpr int kFieldsBefore = 12;
  const auto ticks_a_second = ::sysconf(_SC_CLK_TCK);
  std::chrono::nanoseconds all{0};
  for (const pid_t process : processes) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(file, text);
    std::istringstream fields(text.substr(std::min(text.size(), text.rfind(')') + 1)));
    std::string skipped;
    for (int i = 0; i < kFieldsBefore; ++i)
      fields >> skipped;
    long ticks = 0;
    if (!(fields >> ticks)) throw std::runtime_error("a server has ended");
    all += ticks * std::chrono::nanoseconds(std::chrono::seconds(1)) / ticks_a_second;
  }
  return all;
}

namespace {

double status_kib(pid_t process, std::string_view key) {
  std::ifstream status("/proc/" + std::to_string(process) + "/status");
  for (std::string word; status >> word;) {
    double kib = 0;
    if (word == key && status >> kib) return kib;
  }
  throw std::runtime_error("a server has ended");
}

}  // namespace

double resident_kib(pid_t process) {
  return status_kib(process, "VmRSS:");
}

double private_kib(pid_t process) {
  return status_kib(process, "RssAnon:");
}

Stretch::Stretch(std::vector<pid_t> servers)
    : servers_(std::move(servers)),
      begin_(std::chrono::steady_clock::now()),
      server_cpu_(cpu_time(servers_)),
      kernel_cpu_(kernel_time(servers_)),
      own_cpu_(read_clock(CLOCK_PROCESS_CPUTIME_ID)) {}

double Stretch::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
}

Numbers Stretch::take(double count) const {
  const double wall = seconds();
  const std::chrono::duration<double> own = read_clock(CLOCK_PROCESS_CPUTIME_ID) - own_cpu_;
  const std::chrono::duration<double, std::nano> servers = cpu_time(servers_) - server_cpu_;
  const std::chrono::duration<double, std::nano> kernel = kernel_time(servers_) - kernel_cpu_;
  return {{Quantity::throughput, count / wall},
          {Quantity::server_cpu, servers.count() / count},
          {Quantity::kernel_part, std::min(100.0, 100 * kernel.count() / servers.count())},
          {Quantity::generator_busy, 100 * own.count() / wall}};
}

}  // namespace bench
