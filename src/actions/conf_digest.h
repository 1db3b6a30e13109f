#pragma once

#include "contract/monitoring.h"
#include "exec/executor.h"

#include <string>

namespace actions {

// "nats-server: configuration file a.conf is valid (sha256:82ba…)" -> "sha256:82ba…"; empty: a
// release before 2.11, or no such answer. Pure.
std::string digest_in(const std::string& answer);

// Why a server that has just been started does not run the plan's conf: it tells the digest of what
// it read (2.11+), and its program with -t that of the file. Empty: it does, or one of the two
// does not say, or the conf has variables or other files in it, which may be others for the server
// than for us.
std::string other_conf(exec::Executor& executor,
                       const plan::Node& node,
                       const contract::Varz& varz);

}  // namespace actions
