#pragma once

#include <string>
#include <vector>

namespace broker {

// The whole program, given the version it reports. Returns the exit code.
int run_program(const std::string& version, const std::vector<std::string>& arguments);

}  // namespace broker
