#pragma once

#include "base/result.h"

#include <memory>
#include <string>

namespace broker {

class Server;
struct Observations;

// The HTTP face of a broker: the one door to cpp-httplib on this side. A table of pages
// (endpoints.h), each answered to any method as to GET.
//
//   auto monitor = TRY(Monitor::open(server, observe(server)));   // after announce(), before
//   listen()
//
// Answers from a thread of its own, also while the server is not ready for clients yet and while it
// sends them away. Threads: opened and destroyed by the server's owner.
class Monitor {
 public:
  // Listens where the server's options say; port -1 is any free one. The Error is nats-server's:
  // "Can't listen to the monitor port: listen tcp 127.0.0.1:8222: bind: address already in use".
  static base::Result<std::unique_ptr<Monitor>> open(Server& server,
                                                     std::shared_ptr<Observations> seen);
  ~Monitor();  // stops answering

  int port() const;
  std::string url() const;  // "http://127.0.0.1:8222"

 private:
  struct State;
  explicit Monitor(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace broker
