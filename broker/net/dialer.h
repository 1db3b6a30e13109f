#pragma once

#include "base/result.h"
#include "broker/net/event_loop.h"
#include "broker/net/socket.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

// Connects to other servers, without blocking its loop.
// Threads: everything on the loop's thread.
namespace broker {

class Dialer {
 public:
  using Done = std::function<void(base::Result<Socket>)>;
  using Resolved = std::function<void(base::Result<std::vector<Address>>)>;

  explicit Dialer(EventLoop& loop);
  ~Dialer();  // gives up what is under way; its callbacks are not called any more

  // Tries the addresses of `host` in random order until one answers. `timeout` covers all of it.
  // The Error is worded as Go's: "dial tcp 127.0.0.1:6333: connect: connection refused", or
  // "... i/o timeout". Calls `done` once, in a later turn.
  void dial(const std::string& host, std::uint16_t port, base::nanoseconds timeout, Done done);

  // The addresses behind a name, e.g. to see whether one of them is our own listener.
  void resolve(const std::string& host, std::uint16_t port, Resolved done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace broker
