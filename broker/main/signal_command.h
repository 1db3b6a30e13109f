#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <vector>

#include <sys/types.h>

namespace broker {

// --signal COMMAND[=PID | pid file | PREFIX*]: tells a running server something. Without a pid it
// is the one server of this machine; with a prefix all servers whose pid begins so.
//
//   ldm=1234   reload=/run/nats.pid   stop   quit=12*
//
// Source: nats-server server/signal.go (ProcessSignal)
base::Result<void> send_signal_command(const std::string& command);

// The processes named nats-server or nats-broker, without this one. `proc` is where the kernel
// lists them.
std::vector<pid_t> find_servers(const std::filesystem::path& proc = "/proc");

}  // namespace broker
