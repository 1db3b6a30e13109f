#pragma once

#include "base/result.h"
#include "broker/server/options.h"

#include <string>
#include <vector>

// Old options, new options, what may change while the server runs. Pure: the server does what it
// says. Source: nats-server server/reload.go; texts checked on 2.10.27
namespace broker {

// What a reload would do, or why it is refused as a whole.
struct ReloadPlan {
  std::vector<std::string> lines = {};  // for the log, in nats-server's order
  bool log_changed = false;
  bool cluster_changed = false;
  bool pid_file_changed = false;
  bool ports_file_changed = false;
  bool fewer_connections = false;  // some clients may have to go
};

// Error: "config reload not supported for Port: old=4222, new=4333".
base::Result<ReloadPlan> plan_reload(const Options& before, const Options& after);

}  // namespace broker
