#pragma once

#include "base/clock.h"
#include "plan/plan.h"
#include "watch/message_ledger.h"

#include <memory>
#include <string>
#include <vector>

// Real traffic through a change: publishers send numbered messages at a rate, subscribers count
// them; requesters ask and responders answer.
//
//   A publisher calls a message confirmed when the server answered a PING sent after it; on a new
//   connection it sends again what was not confirmed, and while a window of messages is unconfirmed
//   it sends no new ones. It leaves a server that asks its clients to go. A careful subscriber
//   listens on two servers at once and drops what it has already. When a server of its two asks its
//   clients to go, or is lost, it listens on a third before it leaves: it must lose nothing.
//   Careful requesters and responders move likewise, a responder after it has answered what it was
//   asked. A plain client does all of it on one connection, with the library's defaults.
//
// Every server of the plan has a publisher, a careful subscriber, a responder and a requester, the
// temporary one too once it listens: they go there whenever it can be had, and back when it is
// back.
//
// Threads: has one of its own for each of these beside libnats's. start(), result() and finish()
// belong to the owner's thread.
namespace watch {

struct ProbeSettings {
  std::vector<plan::Address> servers;
  plan::Access access;
  int rate = 50;        // messages a second, of all publishers together
  int subscribers = 0;  // and as many of the others; 0: one for each server
  int requests = 10;    // a second, of each kind of requester together
  std::string subject;  // empty: one that nobody else has
};

// What a plan asks for: a probe for each of its clusters that has another server to go to while one
// is away. What is sent from one cluster to another is at the mercy of the gateway or leaf
// connection that it takes, which ends with either of its servers, and proves nothing of an
// upgrade.
std::vector<ProbeSettings> probe_settings(const plan::Plan& plan);
ProbeSettings probe_settings(const plan::Plan& plan, const std::string& cluster);

class TrafficProbe {
 public:
  // Returns when the publisher and every subscriber are connected, or with the reason why one is
  // not.
  static base::Result<std::unique_ptr<TrafficProbe>> start(const ProbeSettings& settings,
                                                           base::Clock& clock);
  ~TrafficProbe();

  ProbeResult result() const;

  // Ends the traffic, gives what is under way five seconds to be confirmed and then two to arrive,
  // and tells the outcome.
  ProbeResult finish();

 private:
  struct State;
  explicit TrafficProbe(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace watch
