#pragma once

#include "tests/support/temp_dir.h"

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bench {

// Monitoring ports of many servers that are nothing else, in one process of their own: each answers
// /varz, /connz, /routez and /healthz at once and as long as it is asked, with prepared answers in
// the shape and size of a nats-server 2.10's. Servers are members of meshes of `mesh`, each with
// four route connections to each other one. Ended by the destructor.
class Monitors {
 public:
  struct Shape {
    int count = 3;
    int mesh = 3;
    int clients = 10;                  // of each; the first 256 are named
    std::chrono::milliseconds late{};  // what the first one takes for each answer
  };

  explicit Monitors(const Shape& shape);
  ~Monitors();
  Monitors(const Monitors&) = delete;
  Monitors& operator=(const Monitors&) = delete;

  // A plan with all of them as nodes; a file that lives as long as this object.
  std::string plan() const { return folder_ / "plan.yaml"; }

 private:
  support::TempDir folder_;
  std::vector<int> ports_;
  std::vector<int> listeners_;
  pid_t process_ = -1;
};

}  // namespace bench
