#pragma once

#include "base/result.h"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

// Durations and sizes as people and NATS write them.
namespace base {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// "2m30s", "1.5h", "250ms", "30s"; units ns us µs ms s m h, as Go's time.ParseDuration takes them.
// A bare number is refused here; where NATS takes one as seconds, the caller decides that.
Result<nanoseconds> parse_duration(std::string_view text);

// For people: "2m30s", "250ms", "0s"; exact to the millisecond.
std::string format_duration(nanoseconds duration);

// As Go's time.Duration prints it, which monitoring shows in `rtt`: "100.675538ms", "129µs".
std::string format_go_duration(nanoseconds duration);

// As nats-server shows uptime and idle: "1y2d3h4m5s", "3s". Whole seconds.
std::string format_uptime(std::chrono::seconds duration);

// "64MiB", "8 KiB", "812 B" for people.
std::string format_bytes(std::uint64_t bytes);

// A moment as RFC 3339 in UTC. Nanoseconds as Go prints them: trailing zeros are left out.
using WallTime = std::chrono::sys_time<nanoseconds>;
std::string format_time(WallTime time);
Result<WallTime> parse_time(std::string_view text);

}  // namespace base
