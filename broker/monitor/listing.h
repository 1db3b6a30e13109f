#pragma once

#include "base/units.h"
#include "broker/sessions/session_state.h"
#include "contract/monitoring.h"

#include <string>
#include <vector>

// What the listings of clients, of routes and of gateways have in common.
namespace broker {

enum class Detail { none, subjects, full };

base::WallTime wall_now();

// "3s": since then.
std::string age(base::WallTime since, base::WallTime until);

// "129µs"; empty when it was not measured yet.
std::string rtt_text(base::nanoseconds rtt);

// A client's account; empty for the one of clients that belong to no other.
std::string shown_account(const SessionState& state);

// What every connection has, without its kind and its subscriptions.
contract::ConnInfo connection_info(const SessionState& state, base::WallTime now);

std::vector<std::string> subjects_of(const SessionState& state);
std::vector<contract::SubInfo> subscriptions_of(const SessionState& state);

}  // namespace broker
