#include "exec/pod_patience.h"

#include "base/units.h"

namespace exec {

namespace {

constexpr base::nanoseconds kStartPatience = std::chrono::minutes(5);
constexpr base::nanoseconds kPlacePatience = std::chrono::minutes(1);
constexpr base::nanoseconds kImagePatience = std::chrono::seconds(30);

}  // namespace

void PodPatience::again() {
  reason_.clear();
  trouble_since_ = Clock::now();
}

bool PodPatience::is_over(const Pod& pod) {
  const auto now = Clock::now();
  if (pod.reason != reason_) {
    reason_ = pod.reason;
    trouble_since_ = now;
  }
  return pod.ended || (is_about_the_image(pod) && now - trouble_since_ >= kImagePatience) ||
         (pod.reason == "Unschedulable" && now - trouble_since_ >= kPlacePatience) || is_used_up();
}

bool PodPatience::is_used_up() const {
  return Clock::now() - begun_ >= kStartPatience;
}

std::string PodPatience::longest() const {
  return base::format_duration(kStartPatience);
}

}  // namespace exec
