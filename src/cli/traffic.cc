#include "cli/traffic.h"

#include "watch/probe_verdict.h"

namespace cli {

base::Result<std::unique_ptr<Traffic>> Traffic::start(Session& session) {
  auto traffic = std::make_unique<Traffic>();
  if (!session.plan.probe) return traffic;
  for (const auto& settings : watch::probe_settings(session.plan)) {
    auto probe = watch::TrafficProbe::start(settings, *session.clock);
    if (!probe) return std::move(probe).error().in("the traffic probe");
    traffic->probes_.push_back(*std::move(probe));
  }
  traffic->wanted_ = *session.plan.probe;
  return traffic;
}

watch::ProbeResult Traffic::so_far() const {
  watch::ProbeResult sum;
  for (const auto& probe : probes_)
    sum += probe->result();
  return sum;
}

watch::ProbeResult Traffic::finish() {
  if (final_) return *final_;
  final_.emplace();
  for (const auto& probe : probes_)
    *final_ += probe->finish();
  return *final_;
}

std::optional<std::string> Traffic::loss(run::Count count) {
  if (!flows()) return std::nullopt;
  const auto result = final_ ? *final_ : count == run::Count::final ? finish() : so_far();
  return watch::objection(result, wanted_, final_.has_value());
}

base::Json Traffic::ledger() {
  return finish().to_json();
}

}  // namespace cli
