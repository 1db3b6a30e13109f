#include "base/units.h"

#include "base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>

#include <fmt/format.h>

namespace base {

namespace {

struct Unit {
  std::string_view name;
  double nanoseconds;
};

constexpr std::array kUnits = {Unit{"ns", 1},
                               Unit{"us", 1e3},
                               Unit{"µs", 1e3},
                               Unit{"μs", 1e3},
                               Unit{"ms", 1e6},
                               Unit{"s", 1e9},
                               Unit{"m", 60e9},
                               Unit{"h", 3600e9}};

bool is_number_char(char c) {
  return (c >= '0' && c <= '9') || c == '.';
}

}  // namespace

Result<nanoseconds> parse_duration(std::string_view text) {
  const auto bad = [&] {
    return Error(ErrorCode::invalid,
                 fmt::format("'{}' is not a duration; write it like 30s, 2m30s or 250ms", text));
  };
  auto rest = trim(text);
  const bool negative = rest.starts_with('-');
  if (negative) rest.remove_prefix(1);
  if (rest == "0") return nanoseconds(0);
  if (rest.empty()) return bad();
  double total = 0;
  while (!rest.empty()) {
    std::size_t digits = 0;
    while (digits < rest.size() && is_number_char(rest[digits]))
      ++digits;
    const auto number = parse_float(rest.substr(0, digits));
    if (!number) return bad();
    rest.remove_prefix(digits);
    std::size_t letters = 0;
    while (letters < rest.size() && !is_number_char(rest[letters]))
      ++letters;
    const auto name = rest.substr(0, letters);
    const auto* unit =
        std::find_if(kUnits.begin(), kUnits.end(), [&](const Unit& u) { return u.name == name; });
    if (unit == kUnits.end()) return bad();
    total += *number * unit->nanoseconds;
    rest.remove_prefix(letters);
  }
  if (total > 9e18) return bad();
  return nanoseconds(std::llround(negative ? -total : total));
}

std::string format_duration(nanoseconds duration) {
  auto ms = std::chrono::duration_cast<milliseconds>(duration).count();
  if (ms < 0) return "-" + format_duration(-duration);
  if (ms < 1000) return ms == 0 ? "0s" : fmt::format("{}ms", ms);
  std::string text;
  const auto hours = ms / 3'600'000;
  const auto minutes = ms / 60'000 % 60;
  if (hours > 0) text += fmt::format("{}h", hours);
  if (minutes > 0) text += fmt::format("{}m", minutes);
  const auto rest = ms % 60'000;
  if (rest > 0 || text.empty()) {
    text += rest % 1000 == 0 ? fmt::format("{}s", rest / 1000)
                             : fmt::format("{}s", static_cast<double>(rest) / 1000.0);
  }
  return text;
}

std::string format_go_duration(nanoseconds duration) {
  const auto ns = duration.count();
  if (ns < 0) return "-" + format_go_duration(-duration);
  if (ns == 0) return "0s";
  const auto number = static_cast<double>(ns);
  if (ns < 1'000) return fmt::format("{}ns", ns);
  if (ns < 1'000'000) return fmt::format("{}µs", number / 1e3);
  if (ns < 1'000'000'000) return fmt::format("{}ms", number / 1e6);
  const auto minutes = ns / 60'000'000'000;
  auto seconds = fmt::format("{}s", static_cast<double>(ns % 60'000'000'000) / 1e9);
  if (minutes == 0) return seconds;
  if (minutes < 60) return fmt::format("{}m{}", minutes, seconds);
  return fmt::format("{}h{}m{}", minutes / 60, minutes % 60, seconds);
}

std::string format_uptime(std::chrono::seconds duration) {
  const auto s = duration.count();
  const auto days = s / 86'400;
  auto tail = fmt::format("{}h{}m{}s", s / 3600 % 24, s / 60 % 60, s % 60);
  if (days >= 365) return fmt::format("{}y{}d{}", days / 365, days % 365, tail);
  if (days > 0) return fmt::format("{}d{}", days, tail);
  if (s >= 3600) return tail;
  if (s >= 60) return fmt::format("{}m{}s", s / 60, s % 60);
  return fmt::format("{}s", s);
}

std::string format_bytes(std::uint64_t bytes) {
  constexpr std::array kNames = {"B", "KiB", "MiB", "GiB", "TiB"};
  auto size = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (size >= 1024 && unit + 1 < kNames.size()) {
    size /= 1024;
    ++unit;
  }
  if (size == std::floor(size))
    return fmt::format("{} {}", static_cast<std::uint64_t>(size), kNames[unit]);
  return fmt::format("{:.1f} {}", size, kNames[unit]);
}

std::string format_time(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t whole = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&whole, &parts);
  auto text = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
                          parts.tm_year + 1900,
                          parts.tm_mon + 1,
                          parts.tm_mday,
                          parts.tm_hour,
                          parts.tm_min,
                          parts.tm_sec);
  const auto fraction = (time - seconds).count();
  if (fraction > 0) {
    auto digits = fmt::format(".{:09}", fraction);
    digits.erase(digits.find_last_not_of('0') + 1);
    text += digits;
  }
  return text + "Z";
}

Result<WallTime> parse_time(std::string_view text) {
  const std::string copy(text);
  std::tm parts{};
  const char* rest = strptime(copy.c_str(), "%Y-%m-%dT%H:%M:%S", &parts);
  const auto bad = [&] {
    return Error(ErrorCode::invalid, fmt::format("'{}' is not an RFC 3339 time", text));
  };
  if (rest == nullptr) return bad();
  WallTime time = std::chrono::system_clock::from_time_t(timegm(&parts));
  if (*rest == '.') {
    std::int64_t scale = 100'000'000;
    for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10)
      time += nanoseconds((*rest - '0') * scale);
  }
  if (*rest == 'Z') return time;
  int hours = 0;
  int minutes = 0;
  if ((*rest != '+' && *rest != '-') || std::sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2)
    return bad();
  const auto offset = std::chrono::hours(hours) + std::chrono::minutes(minutes);
  return *rest == '+' ? time - offset : time + offset;
}

}  // namespace base
