#pragma once

#include <string>

namespace exec {

// What a server program says when it is asked with -v: "nats-server: v2.10.27" -> "2.10.27"; empty:
// it says something else.
std::string version_in(const std::string& said);

}  // namespace exec
