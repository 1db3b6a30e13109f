#pragma once

#include "base/json.h"
#include "base/problem.h"
#include "plan/places.h"
#include "plan/plan.h"
#include "plan/variables.h"

#include <optional>
#include <string>

namespace plan {

// The plan in a file, found without a mistake; or nothing, and every mistake in `problems`, by
// place: what the file says (unknown keys, wrong kinds, unset variables), what it means
// (plan_check.h), and what it names on this machine (programs, conf files).
std::optional<Plan> read_plan(const fs::path& file,
                              base::Problems& problems,
                              const Environment& environment = process_environment());

// The same for text at hand, without a look at the machine. `file` is where relative paths start
// and what problems name.
std::optional<Plan> parse_plan(const fs::path& file,
                               const std::string& text,
                               base::Problems& problems,
                               const Environment& environment = process_environment());

// JSON Schema of plan.yaml, for editors; made of the same tables as the reader.
base::Json plan_schema();

}  // namespace plan
