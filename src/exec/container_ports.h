#pragma once

#include "exec/container.h"

#include <optional>
#include <vector>

// The TCP ports at which a container's server is reached.
namespace exec {

// What it listens on inside its own network, out of /proc; nothing when its processes cannot be
// seen from here: the engine runs elsewhere, or this user may not look.
std::optional<std::vector<int>> listening_inside(const Container& container);

// The same as the plan addresses them, from `host`: ports of the machine where they are published,
// else its own; its own too when `host` is one of its addresses. Pure.
std::vector<int> as_addressed(const Container& container,
                              const std::vector<int>& inside,
                              const std::string& host);

}  // namespace exec
