#pragma once

#include "plan/plan.h"
#include "watch/asking.h"

#include <memory>

namespace watch {

// Asks one server's monitoring port: /varz /connz /routez /healthz /jsz and their like. The one
// door to cpp-httplib on natsctl's side. One connection serves all looks as long as the server
// keeps it.
//
// Refused connections are ErrorCode::refused: the server has ended, or never ran. So is no
// connection at all where a server's end takes its address away. An answer larger than 32 MiB is an
// error.
class MonitorClient final : public Asking {
 public:
  enum class AtItsEnd { refuses, vanishes };  // a Pod does

  explicit MonitorClient(plan::Address address, AtItsEnd end = AtItsEnd::refuses);
  ~MonitorClient() override;

  base::Result<base::Json> ask(Question question,
                               const base::Json& options,
                               base::nanoseconds patience) override;

 private:
  struct Connection;

  plan::Address address_;
  AtItsEnd end_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace watch
