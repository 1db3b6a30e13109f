#include "report/event_line.h"

#include "base/text.h"
#include "run/exit_code.h"

#include <fmt/format.h>

namespace report {

namespace {

using run::EventKind;

std::string what_of(const run::Event& event, const Terminal& terminal) {
  const auto step = fmt::format("{:<24}", event.step);
  switch (event.kind) {
    case EventKind::run_started:
      return terminal.paint(
          Colour::bold,
          fmt::format("run {}: {} to {} with playbook {}, {}",
                      event.run,
                      event.data["cluster"].text(),
                      event.data["release"].text(),
                      event.data["playbook"].text(),
                      base::count_of(event.data["steps"]["steps"].items().size(), "step")));
    case EventKind::run_resumed:
      return terminal.paint(Colour::bold, fmt::format("run {}: goes on", event.run));
    case EventKind::steered:
      return terminal.paint(Colour::bold, event.text);
    case EventKind::baseline:
      return {};
    case EventKind::turns_changed:
      return event.text;
    case EventKind::step_started:
      return fmt::format("{} begins", step);
    case EventKind::step_skipped:
      return fmt::format("{} {}", step, event.text);
    case EventKind::waiting:
      return terminal.paint(Colour::dim, fmt::format("{} waits: {}", step, event.text));
    case EventKind::step_finished:
      return fmt::format("{} {}{}",
                         step,
                         terminal.paint(Colour::green, "done"),
                         event.text.empty() ? "" : ": " + event.text);
    case EventKind::step_failed:
      return fmt::format(
          "{} {}", step, terminal.paint(Colour::red, fmt::format("failed: {}", event.text)));
    case EventKind::recovery_started:
      return terminal.paint(Colour::yellow,
                            fmt::format("{} is put back to what it was", event.node));
    case EventKind::recovery_finished: {
      const bool worked = event.data["recovered"].boolean();
      return worked ? terminal.paint(Colour::yellow,
                                     fmt::format("{} is what it was before", event.node))
                    : terminal.paint(
                          Colour::red,
                          fmt::format("{} could not be put back: {}", event.node, event.text));
    }
    case EventKind::run_paused:
      return terminal.paint(Colour::yellow, fmt::format("paused: {}", event.text));
    case EventKind::run_interrupted:
      return terminal.paint(Colour::yellow, event.text);
    case EventKind::run_finished: {
      const bool good = event.data["exit_code"].integer() == run::kVerified;
      return terminal.paint(good ? Colour::green : Colour::red,
                            fmt::format("finished: {}", event.text));
    }
  }
  return {};
}

}  // namespace

std::string time_of_day(base::WallTime time) {
  return base::format_time(time).substr(11, 8);
}

std::optional<std::string> line_of(const run::Event& event, const Terminal& terminal) {
  const auto what = what_of(event, terminal);
  if (what.empty()) return std::nullopt;
  return fmt::format("{}  {}", terminal.paint(Colour::dim, time_of_day(event.time)), what);
}

}  // namespace report
