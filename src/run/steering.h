#pragma once

#include "run/run_state.h"

#include <optional>
#include <string>
#include <string_view>

// What a person asks of a run, at its own terminal or at another. Pure.
namespace run {

// "pause", "abort", "rollback"; empty for none.
std::string name_of(Wish wish);
std::optional<Wish> wish_named(std::string_view name);

// Why the wish makes no sense for a run that stands so, as a sentence with what to do instead;
// nothing: it makes sense. `at_work`: a natsctl is carrying the run out now.
std::optional<std::string> senseless(Wish wish, const RunState& state, bool at_work);

}  // namespace run
