#pragma once

#include "base/result.h"
#include "exec/process.h"
#include "plan/plan.h"

#include <memory>
#include <string>

// How a command gets to the host it is for, and its output back.
namespace exec {

class Transport {
 public:
  virtual ~Transport() = default;

  // Runs a command on the host to its end. ErrorCode::timeout: the connection was lost or the time
  // is over, and nothing is known of the effect. ErrorCode::refused: the host did not let us in.
  virtual base::Result<Outcome> run(const Command& command) = 0;

  // For people: "h1", "this machine".
  virtual std::string host() const = 0;
};

// Commands of this machine.
std::unique_ptr<Transport> local_transport();

// The ssh program with the user's own configuration: agent, jump hosts, known hosts. Never asks
// (BatchMode): what would need an answer is an error that says so. One connection a host
// (ControlMaster), kept for a while, so that a command costs milliseconds.
//
// Threads: each thread its own transport; they share the connection.
// Source: ssh(1), ssh_config(5).
std::unique_ptr<Transport> ssh_transport(const plan::ExecutorSpec& spec);

// Why ssh itself failed (its exit status 255), with what to do. Pure.
base::Error ssh_trouble(const std::string& host, const std::string& errors);

}  // namespace exec
