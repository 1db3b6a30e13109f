#pragma once

#include "base/json.h"

#include <map>
#include <string>

namespace base {

// A value as YAML for people: maps and lists of maps one key a line, lists of plain values in
// brackets, texts quoted only where YAML would read something else. Reading it back gives the same
// value.
//
//   nodes:
//     - name: A
//       args: [-p, "4222"]
//
// `comments` stand above the key of that path ("release.binary", "nodes[0]"), a `#` before each
// line.
std::string to_yaml(const Json& value, const std::map<std::string, std::string>& comments = {});

}  // namespace base
