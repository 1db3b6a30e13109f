#include "broker/claims/times.h"

#include "base/files.h"
#include "base/text.h"

#include <ctime>

namespace broker {

namespace {

using std::chrono::seconds;

constexpr seconds kDay{24 * 60 * 60};

// "08:30:00" as a time since midnight.
std::optional<seconds> parse_clock(const std::string& text) {
  const auto parts = base::split(text, ':');
  if (parts.size() != 3 || parts[0].empty() || parts[0].size() > 2) return std::nullopt;
  if (parts[1].size() != 2 || parts[2].size() != 2) return std::nullopt;
  const auto hour = base::parse_int(parts[0]);
  const auto minute = base::parse_int(parts[1]);
  const auto second = base::parse_int(parts[2]);
  if (!hour || !minute || !second) return std::nullopt;
  if (*hour < 0 || *hour > 23 || *minute < 0 || *minute > 59 || *second < 0 || *second > 59) {
    return std::nullopt;
  }
  return std::chrono::hours(*hour) + std::chrono::minutes(*minute) + seconds(*second);
}

// A file of the time zone database (RFC 8536): when which offset from UTC began.
class ZoneFile {
 public:
  static std::optional<ZoneFile> open(const std::string& name) {
    if (name.empty() || name.front() == '/' || name.find("..") != std::string::npos) {
      return std::nullopt;
    }
    auto bytes = base::read_file("/usr/share/zoneinfo/" + name);
    if (!bytes || !bytes->starts_with("TZif")) return std::nullopt;
    return ZoneFile(*std::move(bytes));
  }

  // Offset from UTC at that time; nothing when the file is not what it should be.
  std::optional<seconds> offset_at(std::int64_t time) const {
    // The first half has 32-bit times; the second, of version 2, begins behind it.
    const Counts old = counts(0);
    const std::size_t begin = kHeader + old.size(4);
    const Counts now = counts(begin);
    if (bytes_.size() < begin + kHeader + now.size(8) || now.types == 0) return std::nullopt;
    const std::size_t times = begin + kHeader;
    const std::size_t kinds = times + now.times * 8;
    const std::size_t types = kinds + now.times;
    std::size_t type = 0;
    for (std::size_t i = 0; i < now.times && number(times + i * 8, 8) <= time; ++i) {
      type = static_cast<unsigned char>(bytes_[kinds + i]);
    }
    if (type >= now.types) return std::nullopt;
    return seconds(static_cast<std::int32_t>(number(types + type * 6, 4)));
  }

 private:
  static constexpr std::size_t kHeader = 44;

  struct Counts {
    std::size_t utc = 0, standard = 0, leaps = 0, times = 0, types = 0, letters = 0;

    std::size_t size(std::size_t time_bytes) const {
      return times * time_bytes + times + types * 6 + letters + leaps * (time_bytes + 4) +
             standard + utc;
    }
  };

  explicit ZoneFile(std::string bytes) : bytes_(std::move(bytes)) {}

  std::int64_t number(std::size_t at, std::size_t size) const {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size && at + i < bytes_.size(); ++i)
      value = value << 8U | static_cast<unsigned char>(bytes_[at + i]);
    return static_cast<std::int64_t>(value);
  }

  Counts counts(std::size_t header) const {
    const auto at = [&](std::size_t which) {
      return static_cast<std::size_t>(number(header + 20 + which * 4, 4));
    };
    return {at(0), at(1), at(2), at(3), at(4), at(5)};
  }

  std::string bytes_;
};

// Time since midnight, there; without a place, here.
std::optional<base::nanoseconds> time_of_day(const std::string& location, base::WallTime now) {
  const auto whole = std::chrono::floor<seconds>(now.time_since_epoch());
  seconds offset{0};
  if (location.empty()) {
    const std::time_t time = whole.count();
    std::tm local{};
    if (localtime_r(&time, &local) == nullptr) return std::nullopt;
    offset = seconds(local.tm_gmtoff);
  } else if (location != "UTC") {
    const auto zone = ZoneFile::open(location);
    const auto found = zone ? zone->offset_at(whole.count()) : std::nullopt;
    if (!found) return std::nullopt;
    offset = *found;
  }
  const base::nanoseconds there = now.time_since_epoch() + offset;
  return there - std::chrono::floor<std::chrono::duration<std::int64_t, std::ratio<86400>>>(there);
}

}  // namespace

bool is_time_zone(const std::string& name) {
  if (name.empty() || name == "UTC") return true;
  const auto zone = ZoneFile::open(name);
  return zone && zone->offset_at(0);
}

void check_time_range(const TimeRange& range, Issues& issues) {
  if (range.start.empty()) {
    issues.error("time ranges start must contain a start");
  } else if (!parse_clock(range.start)) {
    issues.error("start in time range is invalid " + base::in_quotes(range.start));
  }
  if (range.end.empty()) {
    issues.error("time ranges end must contain an end");
  } else if (!parse_clock(range.end)) {
    issues.error("end in time range is invalid " + base::in_quotes(range.end));
  }
}

std::optional<base::nanoseconds> time_left(const UserLimits& limits, base::WallTime now) {
  if (limits.times.empty()) return base::nanoseconds::max();
  const auto time = time_of_day(limits.times_location, now);
  if (!time) return std::nullopt;
  for (const TimeRange& range : limits.times) {
    const auto start = parse_clock(range.start);
    const auto end = parse_clock(range.end);
    if (!start || !end) return std::nullopt;
    const base::nanoseconds until = *start > *end ? *end + kDay : *end;
    if (*start < *time && *time < until) return until - *time;
  }
  return std::nullopt;
}

}  // namespace broker
