#pragma once

#include "base/clock.h"
#include "watch/asking.h"
#include "watch/memory.h"
#include "watch/sample.h"

#include <string>

namespace watch {

// One look at one node: varz, connz, routez, healthz; gatewayz, leafz and jsz when it has what they
// tell of.
//
// An answer that does not come within a second or is no monitoring answer leaves its part of the
// sample empty and says why in `trouble`; after a server that does not answer at all the rest is
// not asked. It takes no longer than about three seconds, and a large jsz.
//
// jsz tells of every stream and consumer, page by page, and making that up costs the server: it may
// take a twentieth of the time of one that asks, so a small answer comes with every look and one of
// half a second every ten (at most thirty). It has five seconds for a page.
Sample look(Asking& server, const std::string& node, Memory& memory, const base::Clock& clock);

}  // namespace watch
