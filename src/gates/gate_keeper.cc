#include "gates/gate_keeper.h"

#include "base/text.h"

#include <fmt/core.h>

namespace gates {

namespace {

constexpr base::nanoseconds kBetweenLooks =
    std::chrono::milliseconds(250);  // the watcher's quick pace

}  // namespace

std::string Waited::sentence(const playbook::Gate& gate) const {
  if (end == End::opened)
    return fmt::format("gate {} opened after {}", gate.name, base::format_duration(took));
  if (end == End::hopeless) return fmt::format("gate {} cannot open: {}", gate.name, why);
  std::vector<std::string> held;
  for (const auto& reading : readings) {
    if (reading.verdict != Verdict::green) held.push_back(reading.sentence());
  }
  if (held.empty())
    held.push_back("its conditions did not hold for " + base::format_duration(gate.hold));
  if (end == End::stopped)
    return fmt::format("stopped waiting at gate {}: {}", gate.name, base::join(held, "; "));
  return fmt::format("gate {} did not open within {}: {}",
                     gate.name,
                     base::format_duration(gate.within),
                     base::join(held, "; "));
}

GateKeeper::GateKeeper(base::Clock& clock, Look look) : clock_(clock), look_(std::move(look)) {}

Waited GateKeeper::wait(const Passage& passage,
                        const std::stop_token& stop,
                        const OnChange& on_change) {
  const auto& gate = *passage.step.gate;
  const auto begun = clock_.now();
  std::optional<base::Time> green_since;
  Waited waited;
  bool first = true;
  for (;;) {
    if (passage.hopeless) waited.why = passage.hopeless();
    waited.end = Waited::End::hopeless;
    waited.took = clock_.now() - begun;
    if (!waited.why.empty()) return waited;
    const auto now = look_();
    const auto time = clock_.now();
    auto readings =
        judge(gate.conditions,
              {passage.plan, passage.step, now, passage.before, time, passage.temp_node_expected});
    const bool was_green = green_since.has_value();
    if (!all_green(readings)) {
      green_since.reset();
    } else if (!green_since) {
      green_since = time;
    }
    const bool changed =
        first || readings != waited.readings || was_green != green_since.has_value();
    first = false;
    waited.readings = std::move(readings);
    waited.took = time - begun;
    const base::nanoseconds green_for = green_since ? time - *green_since : base::nanoseconds{};
    if (changed && on_change) on_change(waited.readings, green_for);

    waited.end = Waited::End::opened;
    if (green_since && green_for >= gate.hold) return waited;
    waited.end = Waited::End::shut;
    if (!green_since && waited.took >= gate.within) return waited;
    waited.end = Waited::End::stopped;
    const auto pause = green_since ? std::min(kBetweenLooks, gate.hold - green_for) : kBetweenLooks;
    if (!clock_.wait(pause, stop)) return waited;
  }
}

}  // namespace gates
