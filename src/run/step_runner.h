#pragma once

#include "actions/crowd.h"
#include "run/machinery.h"
#include "run/node_locks.h"
#include "run/recorder.h"

#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace run {

// Carries out one step: intent, look whether it is done already, do it, wait at its gate, outcome.
//
//   step_started -> (step_skipped | apply) -> waiting... -> step_finished
//
// The intent is on the disk before the effect. A step that was done already still waits at its
// gate: after a crash it is the gate that proves it. A member that ends while its start is waited
// for is started once more; after that the step fails at once, with the server's last lines.
class StepRunner {
 public:
  StepRunner(World& world, Recorder& recorder, NodeLocks& locks)
      : world_(world), recorder_(recorder), locks_(locks) {}

  // An error leaves the step started and not finished; what it means is the caller's to decide.
  // cancelled: `stop` was requested.
  base::Result<void> carry_out(const playbook::Step& step, const std::stop_token& stop);

  // Whether the cluster shows this step's effect now.
  base::Result<actions::Applied> probe(const playbook::Step& step, const std::stop_token& stop);

  // I1: before a node is taken away, the others are green in a fresh observation. `hold`: for how
  // long.
  base::Result<void> others_are_green(const playbook::Step& step,
                                      base::nanoseconds hold,
                                      const std::stop_token& stop);

  const actions::Action* action_of(const playbook::Step& step) const;

 private:
  base::Result<void> apply(const playbook::Step& step,
                           const actions::Action& action,
                           const std::stop_token& stop);
  base::Result<void> wait_at_gate(const playbook::Step& step,
                                  const std::stop_token& stop,
                                  std::function<std::string()> hopeless = nullptr);
  std::function<std::string()> death_of_its_server(const playbook::Step& step);
  base::Result<void> apply_and_wait(const playbook::Step& step,
                                    const actions::Action& action,
                                    const std::stop_token& stop);
  actions::Context context(const playbook::Step& step, const std::stop_token& stop);
  void say(const playbook::Step& step, std::string sentence, base::Json readings);

  World& world_;
  Recorder& recorder_;
  NodeLocks& locks_;
  std::vector<std::string> remarks_;                   // of the step that is carried out
  std::map<std::string, actions::Clients> sent_away_;  // by node
  std::string last_said_;
  std::optional<base::Time> said_at_;
};

}  // namespace run
