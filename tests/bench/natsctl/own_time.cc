#include "tests/bench/natsctl/own_time.h"

#include <chrono>

namespace bench {

namespace {

using run::EventKind;

bool begins(const run::Event& event) {
  return event.kind == EventKind::step_started;
}

bool ends(const run::Event& event) {
  return event.kind == EventKind::step_finished || event.kind == EventKind::step_skipped ||
         event.kind == EventKind::step_failed;
}

// "B/install-release": putting the program there is all that it does.
bool waits_for_nothing(const std::string& step) {
  return step.ends_with("/install-release");
}

double seconds(std::chrono::nanoseconds duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

std::map<std::string, double> own_time(const std::vector<run::Event>& events) {
  std::map<std::string, double> own;
  const run::Event* ended = nullptr;
  const run::Event* begun = nullptr;
  for (const auto& event : events) {
    if (event.node.empty()) continue;
    if (begins(event)) {
      if (ended && ended->node == event.node) own[event.node] += seconds(event.time - ended->time);
      begun = &event;
    }
    if (ends(event)) {
      if (begun && begun->step == event.step && waits_for_nothing(event.step))
        own[event.node] += seconds(event.time - begun->time);
      ended = &event;
    }
  }
  return own;
}

}  // namespace bench
