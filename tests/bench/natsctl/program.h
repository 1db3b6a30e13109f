#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace bench {

// What one run of natsctl took, as the kernel accounts for it.
struct Cost {
  double seconds = 0;      // from its start to its end
  double cpu_seconds = 0;  // of all its threads, in user and kernel mode
  double peak_mib = 0;     // the most memory it held (maximum resident set)
  int exit_code = -1;
};

// Runs build/natsctl to its end, its output thrown away; SIGINT after `at_most`, when that is not
// 0.
Cost run_natsctl(const std::vector<std::string>& words, std::chrono::milliseconds at_most = {});

}  // namespace bench
