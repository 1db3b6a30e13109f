#pragma once

#include "base/problem.h"
#include "rules/rule.h"

#include <string>
#include <string_view>

namespace rules {

// The rules that are part of natsctl: src/rules/rules.yaml, embedded when it was built, read at
// their first use. Threads: any.
const Rules& shipped_rules();
std::string_view shipped_text();

// Text at hand. Every mistake is added to `problems`: an unknown condition, a range that is none,
// an id twice.
Rules read_rules(const std::string& file, const std::string& text, base::Problems& problems);

}  // namespace rules
