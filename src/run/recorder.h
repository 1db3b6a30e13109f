#pragma once

#include "run/journal.h"
#include "run/observer.h"
#include "run/run_state.h"

#include <string>

namespace run {

// The one way in which something happens in a run: written to the journal, folded into the state,
// then told to the observer. An error means that nothing was told and nothing may be done: no
// effect without a durable intent.
class Recorder {
 public:
  // Both outlive the recorder. Begins with the state that the journal holds already.
  Recorder(Journal& journal, Observer& observer)
      : journal_(journal), observer_(observer), state_(fold(journal.events())) {}

  base::Result<void> tell(Event event) {
    const auto written = TRY(journal_.append(std::move(event)));
    apply(state_, written);
    observer_.on_event(written);
    return {};
  }

  const RunState& state() const { return state_; }

  const std::string& run() const { return journal_.run(); }

 private:
  Journal& journal_;
  Observer& observer_;
  RunState state_;
};

}  // namespace run
