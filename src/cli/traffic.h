#pragma once

#include "cli/session.h"
#include "watch/traffic_probe.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cli {

// The plan's probe: real traffic through the run, in each cluster, or none.
class Traffic {
 public:
  // Errors: why the probe's clients could not connect. Without `probe:` in the plan there is no
  // traffic.
  static base::Result<std::unique_ptr<Traffic>> start(Session& session);

  bool flows() const { return !probes_.empty(); }

  // What speaks against the traffic: losses beyond what the plan allows, silences, and at the end
  // messages that are not proven to have arrived.
  std::optional<std::string> loss(run::Count count);

  // Ends the traffic and gives its ledger.
  base::Json ledger();

 private:
  watch::ProbeResult so_far() const;
  watch::ProbeResult finish();

  std::vector<std::unique_ptr<watch::TrafficProbe>> probes_;  // one for each cluster
  std::optional<watch::ProbeResult> final_;
  plan::Probe wanted_;
};

}  // namespace cli
