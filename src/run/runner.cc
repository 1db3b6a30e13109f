#include "run/runner.h"

#include "exec/side_by_side.h"
#include "playbook/turns_again.h"
#include "run/baseline.h"
#include "run/fit.h"
#include "run/undo.h"
#include "watch/observe.h"
#include "watch/raft_groups.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include <fmt/format.h>

namespace run {

using base::Error;
using base::ErrorCode;
using base::Result;
using playbook::Step;

Runner::Runner(World& world, Orders orders, Journal& journal, Observer& observer)
    : world_(world),
      orders_(std::move(orders)),
      recorder_(journal, observer),
      locks_(world.plan,
             world.executors,
             world.clock,
             {.run = journal.run(), .process = orders_.process, .host = orders_.host},
             orders_.take_over),
      steps_(world_, recorder_, locks_) {}

Result<Outcome> Runner::begin(Event started) {
  started.kind = EventKind::run_started;
  TRY(recorder_.tell(std::move(started)));
  return carry_out_what_is_left();
}

Result<Outcome> Runner::carry_on() {
  const bool was_failing = state().phase == Phase::running && state().failed;
  Event resumed;
  resumed.kind = EventKind::run_resumed;
  TRY(recorder_.tell(std::move(resumed)));
  if (auto stopped = TRY(stop_if_misfit())) return *std::move(stopped);
  if (state().wish) return *state().wish == Wish::abort ? give_up() : roll_back();
  if (state().recovering || was_failing) {
    if (auto locked = locks_.take_all(orders_.look_at); !locked) {
      return end(EventKind::run_paused, kLocked, locked.error().what);
    }
    const auto why = state().why;
    const auto* step = state().failed ? state().find(*state().failed) : nullptr;
    const auto node = state().recovering.value_or(step != nullptr ? step->node : "");
    const bool stays = !state().recovering && step != nullptr && only_looks_at_what_is_done(*step);
    if (!node.empty() && !stays && state().begun(node) && !TRY(take_back(node, why))) {
      return end(EventKind::run_paused, kManualWork, why);
    }
    return halt_or_roll_back(why);
  }
  if (auto stopped = TRY(begin_a_turn_again())) return *std::move(stopped);
  return carry_out_what_is_left();
}

// The member in hand was taken down, and its old release serves again: its host lost power and came
// back, or a supervisor or a person started it. Its turn begins again, with its drain.
Result<std::optional<Outcome>> Runner::begin_a_turn_again() {
  const auto node = state().node_in_hand();
  if (node.empty() || !was_taken_down(state(), node) || !is_back_already(node))
    return std::optional<Outcome>();
  if (auto locked = locks_.take_all(orders_.look_at); !locked)
    return std::optional(TRY(end(EventKind::run_paused, kLocked, locked.error().what)));
  const auto why = node + " serves its old release again: its turn begins anew";
  Event told;
  told.kind = EventKind::waiting;
  told.step = state().left().front()->id;
  told.text = why;
  TRY(recorder_.tell(std::move(told)));
  auto steps = way_back_of(state(), node);
  std::erase_if(steps, [](const Step& step) { return starts(step); });
  if (TRY(follow(node, steps, why))) return std::optional<Outcome>();
  return std::optional(TRY(end(EventKind::run_paused, kManualWork, why)));
}

Result<Outcome> Runner::carry_out_what_is_left() {
  if (state().before.empty()) {
    std::vector<std::string> members;
    for (const auto& node : world_.plan.nodes)
      members.push_back(node.name);
    TRY(note_baseline(members));
  }
  for (;;) {
    const auto left = state().left();
    if (left.empty()) break;
    const auto step = *left.front();
    if (TRY(judge_turns_again(step))) continue;
    if (auto stopped = TRY(stop_here_if_asked())) return *std::move(stopped);
    if (is_member(step.node) && !state().begun(step.node)) {
      if (auto stopped = TRY(stop_if_misfit())) return *std::move(stopped);
      if (auto stopped = TRY(look_again_at_the_temp_node(false))) return *std::move(stopped);
    }
    if (auto locked = lock_for(step); !locked) return locked_out(locked.error());
    if (auto done = carry_out(step); !done) return fail(step, done.error());
    done_here_.insert(step.id);
  }
  if (const auto loss = orders_.loss ? orders_.loss(Count::final) : std::nullopt) {
    return end(EventKind::run_finished, kMessagesLost, *loss);
  }
  return end(EventKind::run_finished, kVerified, state().verified + tidy_up());
}

// True when the order of the members that are left has changed.
Result<bool> Runner::judge_turns_again(const Step& next) {
  if (!is_member(next.node) || !state().steps.recovery.contains(next.node)) return false;
  std::set<std::string> begun;
  for (const auto& step : state().steps.list) {
    if (state().done.contains(step.id) || state().touched.contains(step.id))
      begun.insert(step.node);
  }
  if (begun.contains(next.node)) return false;
  const auto view = watch::observe(world_.plan, world_.watcher.look());
  const auto turns = playbook::turns_again(state().steps, begun, view);
  if (!turns) return false;
  Event event;
  event.kind = EventKind::turns_changed;
  event.text =
      fmt::format("{} leads JetStream's meta group now: its turn comes last", turns->back());
  event.data = base::Json::object({{"turns", base::Json(*turns)}});
  TRY(recorder_.tell(std::move(event)));
  return true;
}

// What is left of a temporary node that was removed, as the end of a sentence; empty: nothing.
std::string Runner::tidy_up() {
  std::string left;
  if (state().temp_node_present) return left;
  for (const auto& step : state().steps.list) {
    if (step.action != kRemoveTempNode) continue;
    const auto at = world_.executors.find(step.node);
    if (at == world_.executors.end()) continue;
    if (const auto gone = at->second->forget(); !gone)
      left +=
          fmt::format("; what was kept for {} is still there: {}", step.node, gone.error().what);
  }
  return left;
}

Result<void> Runner::lock_for(const Step& step) {
  const auto* action = steps_.action_of(step);
  if (action == nullptr || (!action->changes && !action->moves)) return {};
  if (!locks_.held()) return locks_.take_all(orders_.look_at);
  return world_.executors.contains(step.node) ? locks_.renew(step.node) : Result<void>();
}

Result<Outcome> Runner::locked_out(const Error& why) {
  const bool changed = changed_the_cluster(state());
  const int otherwise = changed ? kHalted : kCheckFailed;
  return end(changed ? EventKind::run_paused : EventKind::run_finished,
             why.code == ErrorCode::refused ? kLocked : otherwise,
             why.what);
}

bool Runner::is_member(const std::string& node) const {
  const auto& nodes = world_.plan.nodes;
  return std::any_of(
      nodes.begin(), nodes.end(), [&](const plan::Node& member) { return member.name == node; });
}

// A member that is half way through must come back before anyone rests; elsewhere the first request
// counts.
std::stop_token Runner::stop_for(const Step& step) const {
  const auto* action = steps_.action_of(step);
  const bool changes_a_member = action != nullptr && action->changes && is_member(step.node);
  return changes_a_member || !state().node_in_hand().empty() ? orders_.urgent : orders_.gentle;
}

Result<void> Runner::carry_out(const Step& step) {
  const auto* action = steps_.action_of(step);
  if (action != nullptr && action->changes) TRY(prepare_to_change(step));
  return steps_.carry_out(step, stop_for(step));
}

Result<void> Runner::prepare_to_change(const Step& step) {
  if (!is_member(step.node) || state().begun(step.node)) return {};
  const bool watched =
      std::any_of(state().steps.list.begin(), state().steps.list.end(), [&](const Step& earlier) {
        return earlier.node == step.node && earlier.gate && done_here_.contains(earlier.id);
      });
  TRY(steps_.others_are_green(
      step, watched ? base::nanoseconds{} : world_.plan.policy.gates.hold, orders_.gentle));
  return note_baseline({step.node});
}

std::map<std::string, std::uint64_t> Runner::pids_of_servers(
    const std::vector<std::string>& nodes) const {
  std::vector<const plan::Node*> reachable;
  for (const auto& node : nodes) {
    if (world_.executors.contains(node)) reachable.push_back(world_.plan.find(node));
  }
  std::mutex mutex;
  std::map<std::string, std::uint64_t> pids;
  exec::side_by_side(reachable, [&](const plan::Node& node) {
    const auto facts = world_.executors.at(node.name)->facts();
    const std::lock_guard guard(mutex);
    if (facts && facts->running)
      pids[node.name] = static_cast<std::uint64_t>(facts->running->id.pid);
  });
  return pids;
}

// `version`: to be remembered instead of the one that is seen.
Result<void> Runner::note_baseline(const std::vector<std::string>& nodes,
                                   const std::string& version) {
  const auto snapshot = world_.watcher.look();
  const auto pids = pids_of_servers(nodes);
  watch::Baseline baseline;
  for (const auto& node : nodes) {
    const auto* sample = snapshot.find(node);
    if (sample == nullptr || !sample->varz) continue;
    auto& before = baseline[node];
    before = watch::before_of(node, snapshot);
    if (!version.empty()) before.version = version;
    if (const auto pid = pids.find(node); pid != pids.end()) before.server_pid = pid->second;
  }
  // What JetStream held is told once when the run begins, and then before each node's change.
  for (const auto& node : nodes) {
    if (!state().before.empty() || !baseline.contains(node) || !baseline[node].jetstream) continue;
    baseline[watch::kWholeCluster].jetstream = std::exchange(baseline[node].jetstream, {});
  }
  Event event;
  event.kind = EventKind::baseline;
  event.data = to_json(baseline);
  return recorder_.tell(std::move(event));
}

// What the cluster shows beats what the journal says: C may have died, or outlived its time, since
// it was added. `wanted`: although the journal says that it is gone.
Result<std::optional<Outcome>> Runner::look_again_at_the_temp_node(bool wanted) {
  for (const auto& step : std::vector<Step>(state().steps.list)) {
    if (step.action != kAddTempNode || !state().done.contains(step.id)) continue;
    if (!state().temp_node_present && !wanted) continue;
    const auto stop = state().wish ? orders_.urgent : orders_.gentle;
    const auto applied = steps_.probe(step, stop);
    if (!applied || *applied == actions::Applied::yes) continue;
    if (auto locked = locks_.take_all(orders_.look_at); !locked)
      return std::optional(TRY(locked_out(locked.error())));
    if (auto back = steps_.carry_out(step, stop); !back)
      return std::optional(TRY(fail(step, back.error())));
  }
  return std::optional<Outcome>();
}

Result<std::optional<Outcome>> Runner::stop_here_if_asked() {
  if (!state().node_in_hand().empty()) {
    if (orders_.urgent.stop_requested()) return std::optional(TRY(interrupted()));
    return std::optional<Outcome>();
  }
  if (const auto loss = orders_.loss ? orders_.loss(Count::so_far) : std::nullopt) {
    return std::optional(TRY(end(EventKind::run_paused, kMessagesLost, *loss)));
  }
  const bool late = orders_.deadline && world_.clock.now() >= *orders_.deadline;
  if (late || orders_.gentle.stop_requested()) return std::optional(TRY(interrupted()));
  if (orders_.asked && orders_.asked()) return std::optional(TRY(interrupted()));
  return std::optional<Outcome>();
}

Result<std::optional<Outcome>> Runner::stop_if_misfit() {
  if (state().before.empty()) return std::optional<Outcome>();
  const auto wrong = misfit(world_.plan, state(), world_.watcher.look());
  if (!wrong) return std::optional<Outcome>();
  return std::optional(TRY(end(EventKind::run_paused, kPlanOutdated, *wrong)));
}

Result<Outcome> Runner::interrupted() {
  const bool late = orders_.deadline && world_.clock.now() >= *orders_.deadline;
  const auto node = state().node_in_hand();
  const auto asked = orders_.asked ? orders_.asked() : std::nullopt;
  if (asked && node.empty() && !late && !orders_.signal.stop_requested()) {
    if (*asked != Wish::pause) return obey(*asked);
    return end(EventKind::run_paused, kPaused, "paused as asked");
  }
  const auto where =
      node.empty() ? std::string("at a safe point") : fmt::format("in the middle of {}", node);
  return end(EventKind::run_interrupted,
             late ? kDeadline : kInterrupted,
             fmt::format("{} {}", late ? "the deadline passed, stopped" : "interrupted", where));
}

Result<Outcome> Runner::fail(const Step& step, const Error& why) {
  if (why.code == ErrorCode::cancelled) return interrupted();
  Event failed;
  failed.kind = EventKind::step_failed;
  failed.step = step.id;
  failed.node = step.node;
  failed.text = why.what;
  TRY(recorder_.tell(std::move(failed)));
  const bool undo = step.action != kRemoveTempNode && !step.node.empty() &&
                    state().begun(step.node) && !only_looks_at_what_is_done(step);
  const auto* action = steps_.action_of(step);
  if (action != nullptr && action->moves && !changed_the_cluster(state())) {
    return end(EventKind::run_finished, kHalted, why.what + "; no server was changed");
  }
  if (!undo) return halt_or_roll_back(why.what);
  if (!TRY(take_back(step.node, why.what))) {
    return end(EventKind::run_paused,
               kManualWork,
               fmt::format("{} failed, and so did taking it back: a person must look", step.id));
  }
  return halt_or_roll_back(why.what);
}

// A step that changes nothing, after all that change its node: the node serves with the new
// release. Going back would restart it once more, and while JetStream catches up that makes things
// worse.
bool Runner::only_looks_at_what_is_done(const Step& step) const {
  const auto changes = [&](const Step& one) {
    const auto* action = steps_.action_of(one);
    return action != nullptr && action->changes;
  };
  const auto& list = state().steps.list;
  return !changes(step) && std::all_of(list.begin(), list.end(), [&](const Step& other) {
    return other.node != step.node || !changes(other) || state().done.contains(other.id);
  });
}

Result<Outcome> Runner::halt_or_roll_back(const std::string& why) {
  if (!changed_the_cluster(state()) && !state().a_member_was_recovered) {
    return end(EventKind::run_finished, kCheckFailed, fmt::format("{}; nothing was changed", why));
  }
  if (world_.plan.policy.on_failure != plan::OnFailure::rollback) {
    return end(EventKind::run_paused, kHalted, why);
  }
  if (auto stopped = TRY(take_everything_back(why))) return *std::move(stopped);
  return end(
      EventKind::run_finished, kRolledBack, fmt::format("{}; everything was taken back", why));
}

Result<Outcome> Runner::end(EventKind kind, int exit_code, std::string text) {
  Event event;
  event.kind = kind;
  event.text = text;
  event.data = base::Json::object({{"exit_code", exit_code}});
  if (orders_.traffic) event.data.set("traffic", orders_.traffic());
  const auto began = state().before.find(watch::kWholeCluster);
  if (began != state().before.end() && began->second.jetstream) {
    watch::Baseline now;
    now[watch::kWholeCluster].jetstream = watch::jetstream_now(world_.watcher.latest());
    event.data.set("jetstream", to_json(now));
  }
  // First the locks: nobody would give them back for a run that is over.
  locks_.release_all(orders_.look_at);
  TRY(recorder_.tell(std::move(event)));
  return Outcome{.exit_code = exit_code, .text = std::move(text)};
}

}  // namespace run
