#pragma once

#include "run/event.h"
#include "watch/sample.h"

namespace run {

// Hears of every event after it is in the journal. Cannot fail and cannot steer the run.
class Observer {
 public:
  virtual ~Observer() = default;

  virtual void on_event(const Event& event) = 0;

  // A few times a second while the run waits: what the cluster shows, for live views. Not
  // journaled.
  virtual void on_look(const watch::Snapshot& snapshot) = 0;
};

}  // namespace run
