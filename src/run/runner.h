#pragma once

#include "run/exit_code.h"
#include "run/machinery.h"
#include "run/node_locks.h"
#include "run/recorder.h"
#include "run/step_runner.h"

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

namespace run {

// How a run ended, or paused.
struct Outcome {
  int exit_code = kVerified;
  std::string text;  // a sentence for people
  bool told = true;  // by an event too; not so when a run that is over stays as it is
};

// Carries the steps out: the only place where order, journal, failure policy and cancellation meet.
//
//   - Steps run in the order of the list; one that is done is not done again. Before a member's
//   turn begins the order is judged again, and a change of it is an event like all else.
//   - Before a node's first change the others are green (I1); after a red gate no further member is
//   touched (I7).
//   - When a step of a node fails whose changes had begun, the node is put back by its recovery
//   steps; then the run
//     pauses, or takes everything back when the plan says so (policy.on_failure).
//   - A step that only looks, and fails after all changes of its node were done, leaves the node as
//   it is.
//   - What was kept on the temporary node's machine is removed when all is verified; after a
//   failure it stays, for whoever looks for the cause.
//   - It pauses between nodes only, where the cluster serves; an urgent stop leaves at once.
//   - kill -9 at any point: carry_on() with the same journal reaches the same end.
//
// An error is the journal's: nothing more could be written, so nothing more was done.
// Threads: the caller's.
class Runner {
 public:
  // All outlive the runner.
  Runner(World& world, Orders orders, Journal& journal, Observer& observer);

  // A new run: the journal is empty. `started` is its run_started event.
  base::Result<Outcome> begin(Event started);

  // A run that paused, halted, was interrupted or killed. One that was being aborted or rolled back
  // goes on with that.
  base::Result<Outcome> carry_on();

  // A run that nobody carries out: abort it, or roll it back, also after it was finished.
  base::Result<Outcome> obey(Wish wish);

  const RunState& state() const { return recorder_.state(); }

 private:
  base::Result<std::optional<Outcome>> begin_a_turn_again();
  base::Result<Outcome> carry_out_what_is_left();
  base::Result<std::optional<Outcome>> stop_here_if_asked();
  base::Result<bool> judge_turns_again(const playbook::Step& next);
  base::Result<Outcome> fail(const playbook::Step& step, const base::Error& why);
  bool only_looks_at_what_is_done(const playbook::Step& step) const;
  base::Result<Outcome> halt_or_roll_back(const std::string& why);
  base::Result<Outcome> end(EventKind kind, int exit_code, std::string text);
  base::Result<Outcome> interrupted();
  base::Result<Outcome> locked_out(const base::Error& why);

  base::Result<void> carry_out(const playbook::Step& step);
  base::Result<void> lock_for(const playbook::Step& step);
  base::Result<void> prepare_to_change(const playbook::Step& step);
  base::Result<Outcome> decline(int exit_code, std::string why);
  base::Result<Outcome> give_up();
  base::Result<Outcome> roll_back();
  base::Result<std::optional<Outcome>> take_everything_back(const std::string& why);
  bool serves_with_the_release(const std::string& node) const;
  base::Result<std::optional<Outcome>> rest_if_asked();
  std::string what_is_not_kept() const;
  std::string what_runs() const;
  bool is_back_already(const std::string& node) const;
  base::Result<bool> take_back(const std::string& node, const std::string& why);
  base::Result<bool> follow(const std::string& node,
                            const std::vector<playbook::Step>& steps,
                            const std::string& why);
  base::Result<std::optional<Outcome>> look_again_at_the_temp_node(bool wanted);
  std::string tidy_up();
  std::map<std::string, std::uint64_t> pids_of_servers(const std::vector<std::string>& nodes) const;
  base::Result<void> note_baseline(const std::vector<std::string>& nodes,
                                   const std::string& version = {});
  base::Result<void> note_before_the_way_back(const std::string& node);
  base::Result<std::optional<Outcome>> stop_if_misfit();
  std::stop_token stop_for(const playbook::Step& step) const;
  bool is_member(const std::string& node) const;

  World& world_;
  Orders orders_;
  Recorder recorder_;
  NodeLocks locks_;
  StepRunner steps_;
  std::set<std::string> done_here_;  // by this process: what an observation of ours vouches for
};

}  // namespace run
