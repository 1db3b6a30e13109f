#pragma once

#include "exec/executor.h"
#include "tests/support/server_process.h"

#include <memory>
#include <string>
#include <vector>

// The promises of exec/executor.h as tests, the same for every executor: of this machine, of a host
// behind ssh, of a systemd unit there, of a container.
namespace support {

// A node on some machine, and the way to it. Gone with all that runs for it when this ends.
struct Machine {
  plan::Node node;
  std::unique_ptr<exec::Executor> executor;

  virtual ~Machine() = default;

  // A server that natsctl did not start, of the old release, on the node's client port; and its end
  // by whoever started it.
  virtual void start_foreign() = 0;
  virtual void stop_foreign() = 0;

  // A release, as this kind of machine is given one; and one that is another than was meant.
  virtual plan::Release to_stage(const Release& release) const;
  virtual plan::Release not_meant(plan::Release release) const;

  // As a new natsctl would see it: nothing is remembered but what lies on the machine.
  void again();

  exec::Facts facts();
  std::vector<std::string> args() const;  // of a server on the node's client port
  void until_listening();
  void until_gone(const exec::ProcessId& id);
  void end_server();  // for destructors: what natsctl started there ends
};

const Release& old_server();  // nats-server 2.9
const Release& new_server();  // nats-server 2.10
plan::Release to_stage(const Release& release);

struct Promise {
  const char* sentence;
  void (*holds)(Machine& machine);  // by doctest's checks
};

const std::vector<Promise>& executor_promises();

}  // namespace support
