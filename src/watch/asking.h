#pragma once

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"

#include <string>

namespace watch {

// One of the questions that every NATS server answers about itself.
enum class Question { varz, connz, routez, healthz, gatewayz, leafz, jsz };

inline constexpr int kClosed = 1;  // the "state" of connz

// A way to put them to one server: over HTTP (monitor_client.h) or through the system account
// (system_view.h). Both give the same answers.
//
// Errors: refused when the server has ended or never ran, for certain; protocol and invalid when it
// answered, and not with what was asked for; anything else when it is silent.
//
// Threads: one at a time.
class Asking {
 public:
  virtual ~Asking() = default;

  // `options` are those of the system account: {"limit":256}, {"accounts":true}, {"state":1} for
  // closed connections. /healthz that is
  // not "ok" is an answer.
  virtual base::Result<base::Json> ask(Question question,
                                       const base::Json& options,
                                       base::nanoseconds patience) = 0;
};

}  // namespace watch
