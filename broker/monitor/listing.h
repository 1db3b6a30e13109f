#pragma once

#include "base/units.h"
#include "broker/sessions/session_state.h"
#include "contract/monitoring.h"

#include <string>
#include <vector>

// What the listings of clients and of routes have in common.
namespace broker {

enum class Detail { none, subjects, full };

base::WallTime wall_now();

// "3s": since then.
std::string age(base::WallTime since, base::WallTime until);

// "129µs"; empty when it was not measured yet.
std::string rtt_text(base::nanoseconds rtt);

// A client's account; empty for the one of clients that belong to no other.
std::string shown_account(const SessionState& state);

std::vector<std::string> subjects_of(const SessionState& state);
std::vector<contract::SubInfo> subscriptions_of(const SessionState& state);

}  // namespace broker
