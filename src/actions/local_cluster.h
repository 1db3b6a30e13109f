#pragma once

#include "actions/preflight.h"
#include "base/clock.h"
#include "watch/watcher.h"

#include <functional>
#include <stop_token>
#include <string>

// `natsctl up` and `natsctl down`: the plan's servers as processes of this machine.
namespace actions {

// What both need. What is referred to outlives the call.
struct LocalCluster {
  const plan::Plan& plan;
  Executors& executors;
  watch::Watcher& watcher;  // watches every member
  base::Clock& clock;
  std::stop_token stop;
  std::function<void(const std::string& sentence)> say;
};

// Starts every member that does not run, with the plan's release, and returns when they are one
// cluster. A member that runs already stays as it is. When one fails to start, the error has its
// last lines; the others stay up.
base::Result<void> up(LocalCluster& cluster);

// Stops every member and the temporary node, and removes what natsctl keeps for them.
base::Result<void> down(LocalCluster& cluster);

}  // namespace actions
