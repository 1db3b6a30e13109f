#pragma once

#include "playbook/step.h"
#include "run/event.h"
#include "run/exit_code.h"
#include "watch/sample.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

// Where a run stands: a fold over its events. Resume, recovery, views and reports read it; nothing
// else is remembered anywhere.
namespace run {

enum class Phase { running, paused, interrupted, finished };

// What a person may ask of a run that has begun.
enum class Wish { pause, abort, rollback };

struct RunState {
  std::string run;
  std::string cluster;
  std::string playbook;
  std::string release;
  std::string verified;   // what it means that every step is done: "every member runs 2.10.28"
  std::string command;    // "upgrade"
  std::string plan_file;  // as it was given; the text itself lies beside the journal
  playbook::Steps steps;
  watch::Baseline before;
  Phase phase = Phase::running;
  std::optional<int>
      exit_code;    // of the last time natsctl ended in order; nullopt: it runs, or was killed
  std::string why;  // the last sentence that explains `phase`

  std::set<std::string> done;          // step ids, of the list and of the present recovery
  std::optional<std::string> current;  // started, neither finished nor failed
  std::optional<std::string> failed;   // the last step that failed and was not done since
  std::set<std::string>
      touched;  // changing steps with an intent, done or not; less what was taken back
  std::optional<std::string> recovering;  // the node that is being taken back
  bool a_member_was_recovered = false;    // since the run began or was resumed
  std::optional<Wish> wish;               // abort or rollback: asked for, and not yet done with
  bool temp_node_present = false;         // C was added, or was being added, and is not yet gone

  base::WallTime started;
  base::WallTime ended;  // of the last event

  const playbook::Step* find(const std::string& step) const;
  std::vector<const playbook::Step*> left() const;  // in order
  // The node whose steps have begun to change it and are not all done: no place to pause. Empty:
  // none.
  std::string node_in_hand() const;
  bool begun(const std::string& node) const;  // a changing step of it has an intent
  bool all_done(const std::string& node) const;
};

RunState fold(const std::vector<Event>& events);
void apply(RunState& state, const Event& event);

// The two actions that say whether C is there.
inline constexpr std::string_view kAddTempNode = "add-temp-node";
inline constexpr std::string_view kRemoveTempNode = "remove-temp-node";

// The one that starts a member.
inline constexpr std::string_view kStartNode = "start-node";

}  // namespace run
