#pragma once

#include "base/result.h"
#include "contract/conf_parser.h"

#include <map>
#include <string>
#include <string_view>

namespace plan {

// What an environment variable holds; nothing when it is not set. A parameter, so that tests have
// their own.
using contract::Environment;
using contract::process_environment;

// The variables that a text may name.
struct Variables {
  std::map<std::string, std::string> values;  // "node" -> "A", "release.version" -> "2.10.27"
  Environment environment;                    // empty: ${…} stays as it is
};

// Fills in {node}, {release.version} and ${HOME}. Braces around anything but a bare word stay as
// they are, so that `awk '{print $1}'` needs no care; "{{node}}" and "$${HOME}" give "{node}" and
// "${HOME}". A variable that does not exist or is not set is an error that names it.
base::Result<std::string> expand(std::string_view text, const Variables& variables);

}  // namespace plan
