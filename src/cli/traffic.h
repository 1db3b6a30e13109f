#pragma once

#include "cli/session.h"
#include "watch/traffic_probe.h"

#include <memory>
#include <optional>
#include <string>

namespace cli {

// The plan's probe: real traffic through the run, or none.
class Traffic {
 public:
  // Errors: why the probe's clients could not connect. Without `probe:` in the plan there is no
  // traffic.
  static base::Result<std::unique_ptr<Traffic>> start(Session& session);

  bool flows() const { return probe_ != nullptr || final_.has_value(); }

  // What speaks against the traffic: losses beyond what the plan allows, silences, and at the end
  // messages that are not proven to have arrived.
  std::optional<std::string> loss(run::Count count);

  // Ends the traffic and gives its ledger.
  base::Json ledger();

 private:
  watch::ProbeResult finish();

  std::unique_ptr<watch::TrafficProbe> probe_;
  std::optional<watch::ProbeResult> final_;
  plan::Probe wanted_;
};

}  // namespace cli
