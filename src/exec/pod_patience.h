#pragma once

#include "exec/pod.h"

#include <chrono>
#include <string>

// How long a Pod that was made is waited for until its server runs: not at all when it has ended,
// half a minute when its image cannot be had, since the kubelet tries again, a minute for the
// scheduler, and five minutes for all else: another machine may have to take over its volume, and
// to pull the image.
namespace exec {

class PodPatience {
 public:
  // The next one to be waited for is another one.
  void again();
  // Whether it is given up; its `trouble` says why.
  bool is_over(const Pod& pod);
  bool is_used_up() const;
  std::string longest() const;  // "5m"

 private:
  using Clock = std::chrono::steady_clock;

  Clock::time_point begun_ = Clock::now();
  Clock::time_point trouble_since_ = begun_;
  std::string reason_;
};

}  // namespace exec
