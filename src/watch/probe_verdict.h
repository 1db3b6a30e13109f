#pragma once

#include "plan/plan.h"
#include "watch/message_ledger.h"

#include <optional>
#include <string>

namespace watch {

// Why the traffic does not prove what the plan asks of it, as a sentence; nothing: it does. Pure.
//
// Lost messages and, at the end, those that no server confirmed count against the plan's max_lost;
// traffic of which nothing was confirmed proves nothing, whatever the plan allows. A silence longer
// than max_gap counts at the careful subscribers: the plain ones are as the library makes them.
std::optional<std::string> objection(const ProbeResult& result,
                                     const plan::Probe& wanted,
                                     bool final);

}  // namespace watch
