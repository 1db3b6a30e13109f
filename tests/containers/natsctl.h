#pragma once

#include "tests/support/temp_dir.h"

#include <string>
#include <vector>

#include <sys/types.h>

namespace containers {

// natsctl as its users have it, with a state folder of its own; what a test leaves running is
// ended with this object.
class Natsctl {
 public:
  struct Said {
    int exit_code = -1;  // 128 + the signal that ended it
    std::string text;    // stdout and stderr

    bool has(const std::string& part) const { return text.find(part) != std::string::npos; }
  };

  Natsctl() = default;
  ~Natsctl();
  Natsctl(const Natsctl&) = delete;
  Natsctl& operator=(const Natsctl&) = delete;

  Said run(const std::vector<std::string>& words);  // to its end

  void start(const std::vector<std::string>& words);
  void kill();  // as kill -9 does
  Said wait();

  const support::TempDir& folder() const { return folder_; }

 private:
  support::TempDir folder_;
  pid_t pid_ = 0;
};

}  // namespace containers
