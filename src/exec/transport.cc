#include "exec/transport.h"

namespace exec {

namespace {

class LocalTransport final : public Transport {
 public:
  base::Result<Outcome> run(const Command& command) override { return run_command(command); }

  std::string host() const override { return "this machine"; }
};

}  // namespace

std::unique_ptr<Transport> local_transport() {
  return std::make_unique<LocalTransport>();
}

}  // namespace exec
