#include "cli/traffic.h"

#include "watch/probe_verdict.h"

namespace cli {

base::Result<std::unique_ptr<Traffic>> Traffic::start(Session& session) {
  auto traffic = std::make_unique<Traffic>();
  if (!session.plan.probe) return traffic;
  auto probe = watch::TrafficProbe::start(watch::probe_settings(session.plan), *session.clock);
  if (!probe) return std::move(probe).error().in("the traffic probe");
  traffic->probe_ = *std::move(probe);
  traffic->wanted_ = *session.plan.probe;
  return traffic;
}

watch::ProbeResult Traffic::finish() {
  if (!final_) final_ = probe_->finish();
  return *final_;
}

std::optional<std::string> Traffic::loss(run::Count count) {
  if (!flows()) return std::nullopt;
  const auto result = final_ ? *final_ : count == run::Count::final ? finish() : probe_->result();
  return watch::objection(result, wanted_, final_.has_value());
}

base::Json Traffic::ledger() {
  return finish().to_json();
}

}  // namespace cli
