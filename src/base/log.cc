#include "base/log.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include <fcntl.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

namespace base::log {

namespace internal {
std::atomic<bool> debug_on{false};
std::atomic<bool> trace_on{false};
}  // namespace internal

namespace {

constexpr std::string_view kNames[] = {"TRC", "DBG", "INF", "WRN", "ERR", "FTL"};

// nats-server's colours on a terminal. Source: nats-server logger/log.go setColoredLabelFormats.
constexpr std::string_view kColours[] = {
    "\033[33m", "\033[36m", "\033[32m", "\033[0;93m", "\033[31m", "\033[31m"};

std::string stamp(std::string_view pattern_date, bool utc) {
  const auto now = std::chrono::system_clock::now();
  const auto micros =
      std::chrono::duration_cast<std::chrono::microseconds>(now.time_since_epoch()).count() %
      1'000'000;
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  utc ? gmtime_r(&seconds, &parts) : localtime_r(&seconds, &parts);
  char text[64];
  const auto length = std::strftime(text, sizeof text, std::string(pattern_date).c_str(), &parts);
  return fmt::format("{}.{:06}", std::string_view(text, length), micros);
}

using Sink = std::shared_ptr<spdlog::sinks::sink>;

// The line is made here; spdlog carries it.
Sink plain(Sink sink) {
  sink->set_pattern("%v");
  return sink;
}

Sink open_sink(const Settings& settings) {
  if (settings.file.empty()) return plain(std::make_shared<spdlog::sinks::stderr_sink_st>());
  return plain(std::make_shared<spdlog::sinks::basic_file_sink_st>(settings.file));
}

struct State {
  std::mutex mutex;
  Settings settings;
  Sink sink = open_sink({});
  std::uint64_t written = 0;
};

State& state() {
  static State the_state;
  return the_state;
}

std::uint64_t size_of(const std::string& file) {
  std::error_code none;
  const auto size = file.empty() ? 0 : std::filesystem::file_size(file, none);
  return none ? 0 : size;
}

void remove_old(const Settings& settings) {
  namespace fs = std::filesystem;
  const fs::path file(settings.file);
  std::vector<fs::path> old;
  std::error_code ignored;
  for (const auto& entry :
       fs::directory_iterator(file.parent_path().empty() ? "." : file.parent_path(), ignored)) {
    if (entry.path().filename().string().starts_with(file.filename().string() + "."))
      old.push_back(entry.path());
  }
  std::sort(old.begin(), old.end());
  while (old.size() > static_cast<std::size_t>(settings.keep_files)) {
    fs::remove(old.front(), ignored);
    old.erase(old.begin());
  }
}

// With the mutex held.
void rotate(State& s) {
  s.sink.reset();
  std::error_code ignored;
  std::filesystem::rename(
      s.settings.file, s.settings.file + "." + stamp("%Y.%m.%d.%H.%M.%S", s.settings.utc), ignored);
  s.sink = open_sink(s.settings);
  s.written = 0;
  if (s.settings.keep_files > 0) remove_old(s.settings);
}

}  // namespace

namespace {

// spdlog makes the folders of a file that cannot be opened; nats-server refuses. So we look first.
Result<void> check_file(const std::string& file) {
  if (file.empty()) return {};
  const int fd = ::open(file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
  if (fd < 0) {
    std::string why = std::generic_category().message(errno);
    if (!why.empty()) why[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(why[0])));
    return Error(ErrorCode::io, fmt::format("error opening file: open {}: {}", file, why));
  }
  ::close(fd);
  return {};
}

}  // namespace

Result<void> configure(const Settings& settings) {
  TRY(check_file(settings.file));
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  try {
    s.sink = open_sink(settings);
  } catch (const spdlog::spdlog_ex& failure) {
    return Error(ErrorCode::io, fmt::format("error opening file: {}", failure.what()));
  }
  s.settings = settings;
  s.written = size_of(settings.file);
  set_debug(settings.debug);
  set_trace(settings.trace);
  return {};
}

Result<void> reopen() {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  if (s.settings.file.empty()) return Error(ErrorCode::invalid, "not a file logger");
  try {
    s.sink = open_sink(s.settings);
  } catch (const spdlog::spdlog_ex& failure) {
    return Error(ErrorCode::io, failure.what());
  }
  s.written = size_of(s.settings.file);
  return {};
}

void set_debug(bool on) {
  internal::debug_on.store(on, std::memory_order_relaxed);
}

void set_trace(bool on) {
  internal::trace_on.store(on, std::memory_order_relaxed);
}

void internal::write(Level level, std::string_view text) {
  auto& s = state();
  const std::lock_guard lock(s.mutex);
  const auto index = static_cast<std::size_t>(level);
  std::string line = fmt::format("[{}] ", ::getpid());
  if (s.settings.time) line += stamp("%Y/%m/%d %H:%M:%S", s.settings.utc) + " ";
  line += s.settings.colour ? fmt::format("[{}{}\033[0m] ", kColours[index], kNames[index])
                            : fmt::format("[{}] ", kNames[index]);
  line += text;
  spdlog::details::log_msg message("", spdlog::level::info, line);
  try {
    s.sink->log(message);
    s.sink->flush();
    s.written += line.size() + 1;
    if (s.settings.rotate_at_bytes > 0 && s.written > s.settings.rotate_at_bytes) rotate(s);
  } catch (const spdlog::spdlog_ex&) {
    // On a full disk the line is lost, and no program ends for that.
    if (!s.sink) s.sink = open_sink({});
  }
}

}  // namespace base::log
