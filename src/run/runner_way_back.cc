// The runner's way back: one node after a failure, and abort and rollback, which people ask for.
#include "run/fit.h"
#include "run/runner.h"
#include "run/steering.h"
#include "run/undo.h"

#include <fmt/format.h>

namespace run {

using base::Result;
using playbook::Step;

Result<Outcome> Runner::obey(Wish wish) {
  auto wished = state();
  wished.wish = wish;
  if (const auto wrong = misfit(world_.plan, wished, world_.watcher.look()))
    return decline(kPlanOutdated, *wrong);
  if (auto locked = locks_.take_all(orders_.look_at); !locked)
    return decline(kLocked, locked.error().what);
  if (const auto missing = what_is_not_kept(); wish == Wish::rollback && !missing.empty())
    return decline(kManualWork, "no way back: " + missing);
  Event steered;
  steered.kind = EventKind::steered;
  steered.text = fmt::format("{} was asked for", name_of(wish));
  steered.data = base::Json::object({{"wish", name_of(wish)}});
  TRY(recorder_.tell(std::move(steered)));
  return wish == Wish::abort ? give_up() : roll_back();
}

// Nothing was begun: a run that was over stays as it ended.
Result<Outcome> Runner::decline(int exit_code, std::string why) {
  if (state().phase != Phase::finished)
    return end(EventKind::run_paused, exit_code, std::move(why));
  locks_.release_all(orders_.look_at);
  return Outcome{.exit_code = exit_code, .text = std::move(why), .told = false};
}

// Abort: what is half done is put back, what natsctl created is removed, what is done stays.
Result<Outcome> Runner::give_up() {
  const std::string why = "the run is aborted";
  if (auto locked = locks_.take_all(orders_.look_at); !locked)
    return end(EventKind::run_paused, kLocked, locked.error().what);
  std::vector<std::string> nodes = {state().node_in_hand()};
  if (state().temp_node_present) nodes.push_back(nodes_to_roll_back(state()).back());
  for (const auto& node : nodes) {
    if (!node.empty() && !TRY(take_back(node, why))) {
      return end(EventKind::run_paused,
                 kManualWork,
                 fmt::format("{}, and taking {} back failed: a person must look", why, node));
    }
  }
  return end(
      EventKind::run_finished, kAborted, fmt::format("aborted; {}", what_runs() + tidy_up()));
}

Result<Outcome> Runner::roll_back() {
  if (auto locked = locks_.take_all(orders_.look_at); !locked)
    return end(EventKind::run_paused, kLocked, locked.error().what);
  if (auto stopped = TRY(take_everything_back("a rollback was asked for")))
    return *std::move(stopped);
  return end(EventKind::run_finished,
             kRolledBack,
             fmt::format("rolled back; {}", what_runs() + tidy_up()));
}

bool Runner::serves_with_the_release(const std::string& node) const {
  return is_member(node) && state().all_done(node);
}

// On the way back as on the way there clients have one place more to go, and a member that serves
// is taken away only while the others are well. It rests between two members, when that was asked
// for; a rollback of the plan's own is not half done.
Result<std::optional<Outcome>> Runner::take_everything_back(const std::string& why) {
  const auto nodes = nodes_to_roll_back(state());
  const bool any_serves = std::any_of(
      nodes.begin(), nodes.end(), [&](const auto& node) { return serves_with_the_release(node); });
  if (any_serves) {
    if (auto stopped = TRY(look_again_at_the_temp_node(true))) return stopped;
  }
  for (const auto& node : nodes_to_roll_back(state())) {
    if (state().wish) {
      if (auto resting = TRY(rest_if_asked())) return resting;
    }
    const auto steps = way_back_of(state(), node);
    // A second try, after a kill or a failure, goes on with what was noted at the first.
    const bool first = state().recovering != node && !is_back_already(node);
    if (first && serves_with_the_release(node)) {
      const auto others =
          steps_.others_are_green(steps.front(), world_.plan.policy.gates.hold, orders_.urgent);
      if (!others && others.error().code == base::ErrorCode::cancelled)
        return std::optional(TRY(interrupted()));
      if (!others) {
        return std::optional(TRY(end(EventKind::run_paused,
                                     kHalted,
                                     fmt::format("{}; {} is not taken back while another is not "
                                                 "well: {}",
                                                 why,
                                                 node,
                                                 others.error().what))));
      }
      TRY(note_before_the_way_back(node));
    }
    if (TRY(follow(node, steps, why))) continue;
    return std::optional(TRY(end(EventKind::run_paused,
                                 kManualWork,
                                 fmt::format("taking {} back failed: a person must look", node))));
  }
  return std::optional<Outcome>();
}

Result<std::optional<Outcome>> Runner::rest_if_asked() {
  if (orders_.signal.stop_requested() || orders_.urgent.stop_requested()) {
    return std::optional(TRY(end(
        EventKind::run_interrupted, kInterrupted, "the rollback was interrupted at a safe point")));
  }
  const auto asked = orders_.asked ? orders_.asked() : std::nullopt;
  if (asked == Wish::pause)
    return std::optional(TRY(end(EventKind::run_paused, kPaused, "the rollback paused as asked")));
  if (asked == Wish::abort) return std::optional(TRY(obey(Wish::abort)));
  return std::optional<Outcome>();
}

// What would be missing half way, known before the first node; empty: nothing.
std::string Runner::what_is_not_kept() const {
  for (const auto& node : nodes_to_roll_back(state())) {
    const auto at = state().before.find(node);
    if (!is_member(node) || at == state().before.end() || at->second.version.empty()) continue;
    const auto program = world_.executors.at(node)->program(at->second.version);
    if (!program) return fmt::format("{}: {}", node, program.error().what);
  }
  return {};
}

// "A runs 2.10.28, B runs 2.10.27", as the journal has it.
std::string Runner::what_runs() const {
  std::string text;
  for (const auto& node : world_.plan.nodes) {
    const auto at = state().before.find(node.name);
    const bool done = state().begun(node.name) && state().all_done(node.name);
    const auto old = at == state().before.end() ? std::string() : at->second.version;
    text += fmt::format("{}{} runs {}",
                        text.empty() ? "" : ", ",
                        node.name,
                        done           ? world_.plan.release.version
                        : !old.empty() ? old
                                       : "what it ran before");
  }
  return text;
}

// What a way back is judged against: the process that runs now must go, and the version be the old
// one again.
Result<void> Runner::note_before_the_way_back(const std::string& node) {
  const auto old = state().before.find(node);
  return note_baseline({node}, old == state().before.end() ? "" : old->second.version);
}

// A server of the old version that was started since the change: by us before we were killed, or by
// a supervisor of its own. It is not taken down again.
bool Runner::is_back_already(const std::string& node) const {
  const auto before = state().before.find(node);
  if (!is_member(node) || before == state().before.end()) return false;
  // What it runs from counts too: a false release may report the old version.
  const auto facts = world_.executors.at(node)->facts();
  const auto from = facts && facts->running ? facts->running->release : std::string();
  if (!from.empty() && from != before->second.version) return false;
  const auto snapshot = world_.watcher.look();
  const auto* sample = snapshot.find(node);
  return sample != nullptr && sample->varz && !before->second.version.empty() &&
         before->second.version != world_.plan.release.version &&
         sample->varz->version == before->second.version &&
         sample->varz->server_id != before->second.server_id;
}

Result<bool> Runner::take_back(const std::string& node, const std::string& why) {
  return follow(node, way_back_of(state(), node), why);
}

Result<bool> Runner::follow(const std::string& node,
                            const std::vector<Step>& steps,
                            const std::string& why) {
  Event started;
  started.kind = EventKind::recovery_started;
  started.node = node;
  started.text = why;
  TRY(recorder_.tell(std::move(started)));
  Event finished;
  finished.kind = EventKind::recovery_finished;
  finished.node = node;
  bool worked = !steps.empty();
  if (!worked) finished.text = "the playbook has no steps that take this back";
  const bool back = is_back_already(node);
  for (const auto& step : steps) {
    if (state().done.contains(step.id) || (back && takes_down(step))) continue;
    auto done = steps_.carry_out(step, orders_.urgent);
    if (done) continue;
    worked = false;
    finished.text = fmt::format("{}: {}", step.id, done.error().what);
    break;
  }
  finished.data = base::Json::object({{"recovered", worked}, {"member", is_member(node)}});
  TRY(recorder_.tell(std::move(finished)));
  return worked;
}

}  // namespace run
