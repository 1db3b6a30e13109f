#pragma once

#include "base/clock.h"
#include "base/json.h"

#include <string>

// Everything that happens in a run is an event, written to the journal before anyone else hears of
// it. Live view, report, resume and rollback are folds over events.
namespace run {

enum class EventKind {
  run_started,    // data: natsctl, plan text and digest, playbook, steps, user, host
  baseline,       // data: what the nodes were before they were touched
  turns_changed,  // data: the members left, in the order in which they come now; text: why
  step_started,   // the intent, synced before the effect
  step_skipped,   // it was done already
  waiting,        // text: what the step waits for; data: the gate's readings, when they changed
  step_finished,  // the outcome; text: what stays to be known of it, if anything does
  step_failed,    // text: why
  recovery_started,
  recovery_finished,
  run_paused,       // text: why; a person goes on with `natsctl resume`
  run_interrupted,  // at a safe point
  run_resumed,
  steered,       // data: wish, "abort" or "rollback", which a person asked for
  run_finished,  // data: exit code
};

struct Event {
  std::uint64_t seq = 0;  // from 1, without a gap
  base::WallTime time;
  std::string run;  // the run's id
  EventKind kind = EventKind::run_started;
  std::string step;  // its id; empty: the run as a whole
  std::string node;
  std::string text;  // a sentence for people
  base::Json data;

  bool operator==(const Event&) const = default;
};

std::string name_of(EventKind kind);
base::Json to_json(const Event& event);
base::Result<Event> event_from_json(const base::Json& json);

}  // namespace run
