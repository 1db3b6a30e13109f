#pragma once

#include "base/result.h"

#include <string>
#include <vector>

// Files by which others find a running server.
namespace broker {

// Decimal pid, no line end, mode 0600; stays when the server ends, as nats-server's does.
base::Result<void> write_pid_file(const std::string& file);

// Where each listener is: "nats://127.0.0.1:4222".
struct ListenUrls {
  std::vector<std::string> nats = {};
  std::vector<std::string> monitoring = {};
  std::vector<std::string> cluster = {};
  std::vector<std::string> websocket = {};
};

// "<folder>/nats-broker_<pid>.ports": named after the program that runs.
std::string ports_file_path(const std::string& folder);

base::Result<void> write_ports_file(const std::string& file, const ListenUrls& urls);

// The addresses at which others reach what is bound to `host`: itself, or for 0.0.0.0 and :: every
// address of the machine that is no loopback one (the loopback if there is no other).
std::vector<std::string> reachable_hosts(const std::string& host);

}  // namespace broker
