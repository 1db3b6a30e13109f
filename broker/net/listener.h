#pragma once

#include "base/result.h"
#include "broker/net/event_loop.h"
#include "broker/net/socket.h"

#include <functional>
#include <memory>
#include <string>

// Accepts TCP connections on one address and hands each socket on.
// Threads: made, used and destroyed on the loop's thread, or before the loop runs.
namespace broker {

class Listener {
 public:
  using Accept = std::function<void(Socket)>;

  // `port` 0 or below asks for any free port; address() tells which. A host name means its first
  // address; "0.0.0.0" and "::" both mean every address of the machine, of IPv4 and of IPv6, as Go
  // takes them (net/ipsock_posix.go, favoriteAddrFamily). The Error is worded as nats-server's:
  // "listen tcp 127.0.0.1:4222: bind: address already in use".
  static base::Result<std::unique_ptr<Listener>> open(EventLoop& loop,
                                                      const std::string& host,
                                                      int port,
                                                      Accept accept);
  ~Listener();  // stops listening; further connects are refused

  const Address& address() const;

 private:
  struct State;
  explicit Listener(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace broker
