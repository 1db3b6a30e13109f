#include "run/step_runner.h"

#include "base/log.h"
#include "base/text.h"

#include <fmt/format.h>

namespace run {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

// What changes faster than this is for the live view, not for the journal.
constexpr auto kSayAtMostEvery = std::chrono::seconds(1);

// A server that crashes in a loop of its own making is gone for good: nobody restarts it but us.
constexpr auto kLookForItsServerEvery = std::chrono::seconds(1);
constexpr int kLastLines = 15;

// The condition that judges all members but the step's own.
constexpr const char* kOthersGreen = "others-green";

base::Json to_json(const std::vector<gates::Reading>& readings) {
  auto json = base::Json::array();
  for (const auto& reading : readings) {
    json.push(base::Json::object({{"condition", reading.condition},
                                  {"node", reading.node},
                                  {"green", reading.verdict == gates::Verdict::green},
                                  {"seen", reading.seen},
                                  {"wanted", reading.wanted}}));
  }
  return json;
}

std::string sentence_of(const std::string& gate, const std::vector<gates::Reading>& readings) {
  std::string shut;
  for (const auto& reading : readings) {
    if (reading.verdict == gates::Verdict::green) continue;
    shut += (shut.empty() ? "" : "; ") + reading.sentence();
  }
  return fmt::format("{}: {}", gate, shut.empty() ? "holds" : shut);
}

Event event_of(EventKind kind, const playbook::Step& step) {
  Event event;
  event.kind = kind;
  event.step = step.id;
  event.node = step.node;
  return event;
}

}  // namespace

const actions::Action* StepRunner::action_of(const playbook::Step& step) const {
  for (const auto& action : world_.actions) {
    if (action.name == step.action) return &action;
  }
  return nullptr;
}

actions::Context StepRunner::context(const playbook::Step& step, const std::stop_token& stop) {
  return {.plan = world_.plan,
          .step = step,
          .before = recorder_.state().before,
          .executors = world_.executors,
          .watcher = world_.watcher,
          .clock = world_.clock,
          .stop = stop,
          .run_id = recorder_.run(),
          .temp_node_expected = recorder_.state().temp_node_present,
          .say = [this, &step](const std::string& sentence) { say(step, sentence, {}); },
          .remark = [this](const std::string& sentence) { remarks_.push_back(sentence); },
          .sent_away = &sent_away_};
}

void StepRunner::say(const playbook::Step& step, std::string sentence, base::Json readings) {
  locks_.keep();
  const auto now = world_.clock.now();
  if (sentence == last_said_ || (said_at_ && now - *said_at_ < kSayAtMostEvery)) return;
  auto event = event_of(EventKind::waiting, step);
  event.text = sentence;
  event.data = std::move(readings);
  last_said_ = std::move(sentence);
  said_at_ = now;
  // A full disk shows again, and stops the run, at the outcome: waiting changes nothing.
  if (const auto told = recorder_.tell(std::move(event)); !told)
    base::log::warn("{}", told.error().what);
}

Result<actions::Applied> StepRunner::probe(const playbook::Step& step,
                                           const std::stop_token& stop) {
  const auto* action = action_of(step);
  if (action == nullptr)
    return Error(ErrorCode::not_found, fmt::format("no action is called '{}'", step.action));
  if (!action->probe) return actions::Applied::no;
  auto scene = context(step, stop);
  return action->probe(scene);
}

Result<void> StepRunner::apply(const playbook::Step& step,
                               const actions::Action& action,
                               const std::stop_token& stop) {
  const auto applied = TRY(probe(step, stop));
  if (applied == actions::Applied::yes) {
    auto skipped = event_of(EventKind::step_skipped, step);
    skipped.text = "was done already";
    return recorder_.tell(std::move(skipped));
  }
  auto scene = context(step, stop);
  return action.apply(scene);
}

// What tells whether the server that the step started is gone; none for a step that starts none.
std::function<std::string()> StepRunner::death_of_its_server(const playbook::Step& step) {
  const bool starts = step.action == kStartNode || step.action == kAddTempNode;
  const auto at = world_.executors.find(step.node);
  if (!starts || at == world_.executors.end()) return nullptr;
  auto* executor = at->second.get();
  const auto facts = executor->facts();
  if (!facts) return nullptr;
  return
      [this, executor, running = facts->running, looked = std::optional<base::Time>()]() mutable {
        const auto now = world_.clock.now();
        if (looked && now - *looked < kLookForItsServerEvery) return std::string();
        looked = now;
        const auto runs = running ? executor->runs(running->id) : Result<bool>(false);
        if (!runs || *runs) return std::string();
        const auto lines = executor->last_output(kLastLines);
        return "the server has ended" + (lines.empty() ? "" : "; its last lines:\n" + lines);
      };
}

Result<void> StepRunner::wait_at_gate(const playbook::Step& step,
                                      const std::stop_token& stop,
                                      std::function<std::string()> hopeless) {
  if (!step.gate) return {};
  const bool expected = recorder_.state().temp_node_present && step.action != kRemoveTempNode;
  return world_.wait_at_gate(
      {.step = step,
       .before = recorder_.state().before,
       .temp_node_expected = expected,
       .stop = stop,
       .on_readings =
           [&](const std::vector<gates::Reading>& readings) {
             say(step, sentence_of(step.gate->name, readings), to_json(readings));
           },
       .hopeless = std::move(hopeless)});
}

Result<void> StepRunner::others_are_green(const playbook::Step& step,
                                          base::nanoseconds hold,
                                          const std::stop_token& stop) {
  auto question = step;
  question.gate = {.name = kOthersGreen,
                   .conditions = {kOthersGreen},
                   .hold = hold,
                   .within = world_.plan.policy.gates.within};
  return wait_at_gate(question, stop);
}

Result<void> StepRunner::apply_and_wait(const playbook::Step& step,
                                        const actions::Action& action,
                                        const std::stop_token& stop) {
  TRY(apply(step, action, stop));
  return wait_at_gate(step, stop, death_of_its_server(step));
}

Result<void> StepRunner::carry_out(const playbook::Step& step, const std::stop_token& stop) {
  const auto* action = action_of(step);
  if (action == nullptr)
    return Error(ErrorCode::not_found, fmt::format("no action is called '{}'", step.action));
  last_said_.clear();
  said_at_.reset();
  remarks_.clear();
  const bool quick = action->changes || action->moves || step.gate;
  world_.watcher.set_pace(quick ? watch::Watcher::Pace::quick : watch::Watcher::Pace::calm);
  auto started = event_of(EventKind::step_started, step);
  started.text = playbook::to_line(step);
  started.data = base::Json::object({{"changes", action->changes}});
  TRY(recorder_.tell(std::move(started)));
  auto worked = apply_and_wait(step, *action, stop);
  const bool again = !worked && worked.error().code == ErrorCode::io && step.action == kStartNode &&
                     recorder_.state().find(step.id) != nullptr;
  if (again) {
    say(step, worked.error().what + "; it is started once more", {});
    remarks_.clear();
    worked = apply_and_wait(step, *action, stop);
  }
  if (!worked) {
    auto why = std::move(worked).error();
    const auto* between = why.what.find('\n') == std::string::npos ? "; " : "\n";
    for (const auto& remark : remarks_)
      why.what += between + remark;
    return why;
  }
  auto finished = event_of(EventKind::step_finished, step);
  finished.text = base::join(remarks_, "; ");
  return recorder_.tell(std::move(finished));
}

}  // namespace run
