#pragma once

#include "base/units.h"
#include "broker/net/event_loop.h"
#include "contract/protocol.h"

#include <algorithm>
#include <functional>

namespace broker {

struct KeepaliveSettings {
  base::nanoseconds
      first_ping;  // after start(), to measure the round trip; up to a fifth is added at random
  base::nanoseconds interval;
  int max_out =
      contract::kMaxPingsOut;  // unanswered pings; the next tick then finds the peer stale
};

// PINGs a quiet peer, measures the round trip and notices when it no longer answers.
//
// A ping is left out when something arrived within the interval; the round trip is measured again
// each hour even so. Source: nats-server server/client.go (processPingTimer) Threads: its loop's.
class Keepalive {
 public:
  struct Calls {
    Task send_ping;
    Task stale;
  };

  Keepalive(EventLoop& loop, KeepaliveSettings settings, Calls calls);

  void start();
  void stop();
  void set(KeepaliveSettings settings);  // from the next tick on

  void on_traffic();  // something arrived
  void on_pong();

  // Until the first PONG: how long the peer took to answer otherwise.
  void assume_rtt(base::nanoseconds rtt) { rtt_ = std::max(rtt, base::nanoseconds(1)); }

  base::nanoseconds rtt() const { return rtt_; }

 private:
  void arm(base::nanoseconds after);
  void tick();

  EventLoop& loop_;
  KeepaliveSettings settings_;
  Calls calls_;
  Timer timer_;
  base::Time last_traffic_ = {};
  base::Time ping_sent_ = {};
  base::Time rtt_measured_ = {};
  base::nanoseconds rtt_{0};
  int out_ = 0;
  bool first_ = true;
};

}  // namespace broker
