#pragma once

#include "base/result.h"

#include <atomic>
#include <optional>
#include <string>
#include <string_view>

#include <fmt/core.h>

// The one door to spdlog. One line, one fact, the subject first.
//
//   log::warn("cid:{} - slow consumer", cid);
//   log::debug("route to {}", url);     // costs one load and no formatting when debug is off
//
// The line is nats-server's, so that people's greps work on both programs:
//   [pid] YYYY/MM/DD HH:MM:SS.uuuuuu [INF] text
//
// Threads: any thread may log; configure(), reopen() and set_levels() too.
namespace base::log {

enum class Level { trace, debug, info, warn, error, fatal };

struct Settings {
  std::string file = {};  // empty: stderr
  bool time = true;       // false leaves the time out, as nats-server -T=false
  bool utc = false;
  bool debug = false;
  bool trace = false;  // trace lines are not a level above debug: each has its own switch
  std::uint64_t rotate_at_bytes =
      0;               // 0: never; the old file is kept as file.YYYY.MM.DD.HH.MM.SS.uuuuuu
  int keep_files = 0;  // 0: all
  bool colour = false;
};

Result<void> configure(const Settings& settings);
Result<void> reopen();  // after the file was moved away; an error says that stderr is not a file

void set_debug(bool on);
void set_trace(bool on);

namespace internal {
extern std::atomic<bool> debug_on;
extern std::atomic<bool> trace_on;
void write(Level level, std::string_view text);
}  // namespace internal

inline bool debug_on() {
  return internal::debug_on.load(std::memory_order_relaxed);
}

inline bool trace_on() {
  return internal::trace_on.load(std::memory_order_relaxed);
}

template <class... Args>
void trace(fmt::format_string<Args...> format, Args&&... args) {
  if (trace_on()) internal::write(Level::trace, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  if (debug_on()) internal::write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  internal::write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void warn(fmt::format_string<Args...> format, Args&&... args) {
  internal::write(Level::warn, fmt::format(format, std::forward<Args>(args)...));
}

template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  internal::write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

// Says why the program cannot go on. Ending it is the caller's business.
template <class... Args>
void fatal(fmt::format_string<Args...> format, Args&&... args) {
  internal::write(Level::fatal, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace base::log
