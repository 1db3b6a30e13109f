#pragma once

#include "broker/protocol/parser.h"

#include <cstddef>
#include <optional>
#include <string_view>

namespace broker {

// A verb at the front of a control line, and where its arguments begin.
struct FoundVerb {
  Verb verb;
  std::size_t length;
};

// The verb that `line` (complete, without its end) begins with, in any case; nothing when there is
// none in this dialect.
std::optional<FoundVerb> find_verb(Dialect dialect, std::string_view line);

// True when `line` may still grow into a line with a known verb.
bool may_become_verb(Dialect dialect, std::string_view line);

}  // namespace broker
