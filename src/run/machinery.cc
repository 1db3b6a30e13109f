#include "run/machinery.h"

namespace run {

WaitAtGate through(gates::GateKeeper& keeper, const plan::Plan& plan) {
  return [&keeper, &plan](const GateWait& asked) -> base::Result<void> {
    const gates::Passage passage{.plan = plan,
                                 .step = asked.step,
                                 .before = asked.before,
                                 .temp_node_expected = asked.temp_node_expected,
                                 .hopeless = asked.hopeless};
    const auto on_change = [&](const std::vector<gates::Reading>& readings, base::nanoseconds) {
      asked.on_readings(readings);
    };
    const auto waited = keeper.wait(passage, asked.stop, on_change);
    switch (waited.end) {
      case gates::Waited::End::opened:
        return {};
      case gates::Waited::End::shut: {
        return base::Error(base::ErrorCode::timeout, waited.sentence(*asked.step.gate));
      }
      case gates::Waited::End::hopeless:
        return base::Error(base::ErrorCode::io, waited.sentence(*asked.step.gate));
      case gates::Waited::End::stopped:
        break;
    }
    return base::Error(base::ErrorCode::cancelled, "asked to stop");
  };
}

}  // namespace run
