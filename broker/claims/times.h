#pragma once

#include "base/clock.h"
#include "broker/claims/limits.h"

#include <optional>
#include <string>
#include <vector>

namespace broker {

// A name of the time zone database that this machine has, such as "Europe/Berlin".
bool is_time_zone(const std::string& name);

void check_time_range(const TimeRange& range, Issues& issues);

// How long a user with these times may stay: nothing when `now` is in none of them. A range that
// ends before it begins goes on until that hour of the next day; as in nats-server, it is looked
// for from today's beginning only. Without times: for ever, which is the longest duration.
// Source: nats-server server/jwt.go (validateTimes)
std::optional<base::nanoseconds> time_left(const UserLimits& limits, base::WallTime now);

}  // namespace broker
