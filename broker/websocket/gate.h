#pragma once

#include "broker/net/event_loop.h"
#include "broker/net/link.h"
#include "broker/net/tls_context.h"
#include "broker/websocket/upgrade.h"

#include <functional>
#include <memory>
#include <unordered_map>

// Where those who ask for a websocket wait until they have one: TLS where there is some, then an
// HTTP request. Whoever is refused is told why and may ask again; who is let in is handed on with a
// transport that speaks in frames. Nobody counts as a client before that.
//
// Threads: its loop's; made and destroyed while that does not run.
namespace broker {

// What holds for those who come in. Immutable; a reload makes new ones.
struct GateTerms {
  UpgradeTerms upgrade = {};
  std::shared_ptr<const TlsContext> tls = {};  // null: none
  base::nanoseconds timeout{0};                // from the first byte to the answer; 0: no end
};

// Who was let in.
struct Admitted {
  Link link;
  Upgrade upgrade;
};

class WebsocketGate {
 public:
  using Admit = std::function<void(Admitted)>;

  WebsocketGate(EventLoop& loop, Admit admit);
  ~WebsocketGate();

  void open(Socket socket, std::shared_ptr<const GateTerms> terms);

  // Those that still wait are sent away.
  void clear();

 private:
  class Visitor;

  void forget(Visitor& visitor);

  EventLoop& loop_;
  const Admit admit_;
  std::unordered_map<const Visitor*, std::shared_ptr<Visitor>> visitors_;
};

}  // namespace broker
