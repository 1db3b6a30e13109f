#pragma once

#include "report/terminal.h"
#include "run/event.h"

#include <optional>
#include <string>

namespace report {

// An event as one line for people, or nothing when it says nothing to them. Pure.
//
//   07:15:31  A/lame-duck
//   07:15:32  A/lame-duck     waits: clients-moved: A: 3 clients, wanted 0
//   07:15:40  A/lame-duck     done
std::optional<std::string> line_of(const run::Event& event, const Terminal& terminal);

// "07:15:31", UTC: the part of the day of an event.
std::string time_of_day(base::WallTime time);

}  // namespace report
