#pragma once

#include "base/clock.h"
#include "plan/plan.h"
#include "watch/memory.h"
#include "watch/sample.h"

#include <string>

namespace watch {

// Asks one server's monitoring port: /varz /connz /routez /healthz, and /jsz when it has JetStream.
// The one door to cpp-httplib on natsctl's side.
//
// An answer that does not come within a second, is larger than 32 MiB or is no monitoring answer
// leaves its part of the sample empty and says why in `trouble`; after a server that does not
// answer at all the rest is not asked. /healthz with a 5xx status is an answer: it says what is
// wrong.
//
// /jsz tells of every stream and consumer, page by page, and making that up costs the server: it
// may take a twentieth of the time of one that asks, so a small answer comes with every look and
// one of half a second every ten (at most thirty). It has five seconds for a page.
//
// Threads: one at a time.
class MonitorClient {
 public:
  MonitorClient(std::string node, plan::Address address);
  ~MonitorClient();

  // Takes no longer than about three seconds, and a large /jsz.
  Sample look(const base::Clock& clock);

 private:
  std::string node_;
  plan::Address address_;
  Memory memory_;
};

}  // namespace watch
