#include "report/step_result.h"

#include "base/text.h"
#include "run/baseline.h"

#include <fmt/format.h>

namespace report {

namespace {

using run::EventKind;

// The last entry of that step, which a second try after a resume follows with one of its own.
StepResult* last_of(std::vector<StepResult>& steps, const std::string& id) {
  for (auto at = steps.rbegin(); at != steps.rend(); ++at) {
    if (at->id == id) return &*at;
  }
  return nullptr;
}

StepResult begun(const run::Event& event, const run::RunState& state) {
  StepResult result{
      .id = event.step, .node = event.node, .end = StepEnd::not_finished, .began = event.time};
  const auto* step = state.find(event.step);
  result.recovery = step == nullptr;
  if (step != nullptr) {
    result.action = step->action;
    if (step->gate) result.gate = step->gate->name;
  } else {
    result.action = event.step.substr(event.step.rfind('/') + 1);
  }
  return result;
}

void take(RunResult& result, const run::Event& event) {
  if (event.kind == EventKind::step_started) result.steps.push_back(begun(event, result.state));
  if (const auto* traffic = event.data.find("traffic"); traffic != nullptr) {
    result.traffic = watch::ProbeResult::from_json(*traffic);
  }
  if (const auto* jetstream = event.data.find("jetstream"); jetstream != nullptr) {
    result.jetstream = run::baseline_from_json(*jetstream)[watch::kWholeCluster].jetstream;
  }
  auto* step = event.step.empty() ? nullptr : last_of(result.steps, event.step);
  if (step == nullptr) return;
  step->took = event.time - step->began;
  switch (event.kind) {
    case EventKind::step_skipped:
    case EventKind::waiting:
      step->why = event.text;
      break;
    case EventKind::step_finished:
      step->end = step->why == "was done already" ? StepEnd::done_already : StepEnd::done;
      step->why = event.text;
      break;
    case EventKind::step_failed:
      step->end = StepEnd::failed;
      step->why = event.text;
      break;
    default:
      break;
  }
}

}  // namespace

RunResult result_of(const std::vector<run::Event>& events) {
  RunResult result;
  for (const auto& event : events) {
    run::apply(result.state, event);
    take(result, event);
  }
  result.took = result.state.ended - result.state.started;
  for (const auto* step : result.state.left()) {
    if (last_of(result.steps, step->id) != nullptr) continue;
    StepResult left{.id = step->id, .node = step->node, .action = step->action};
    if (step->gate) left.gate = step->gate->name;
    result.steps.push_back(std::move(left));
  }
  return result;
}

std::string word_of(StepEnd end) {
  switch (end) {
    case StepEnd::done:
      return "done";
    case StepEnd::done_already:
      return "done already";
    case StepEnd::failed:
      return "failed";
    case StepEnd::not_finished:
      return "not finished";
    case StepEnd::not_begun:
      return "not begun";
  }
  return {};
}

std::string meaning_of(const run::RunState& state) {
  if (!state.exit_code) return "it runs, or was killed";
  switch (*state.exit_code) {
    case run::kVerified:
      return "verified";
    case run::kInternalError:
      return "an error of natsctl or of this machine";
    case run::kUsage:
      return "usage, plan or playbook wrong";
    case run::kCheckFailed:
      return "a check failed, nothing was changed";
    case run::kPaused:
      return "paused, waiting for a person";
    case run::kHalted:
      return "halted in a safe mixed state";
    case run::kRolledBack:
      return "rolled back";
    case run::kManualWork:
      return "manual work needed";
    case run::kLocked:
      return "another run holds the lock";
    case run::kMessagesLost:
      return "messages were lost, or are not proven to have arrived";
    case run::kAborted:
      return "aborted";
    case run::kPlanOutdated:
      return "the cluster no longer fits the plan";
    case run::kDeadline:
      return "the deadline passed";
    case run::kInterrupted:
      return "interrupted at a safe point";
    default:
      return fmt::format("ended with {}", *state.exit_code);
  }
}

std::string jetstream_sentence(const RunResult& result) {
  const auto began = result.state.before.find(watch::kWholeCluster);
  const bool had = began != result.state.before.end() && began->second.jetstream;
  if (!had || !result.jetstream) return {};
  const auto& before = *began->second.jetstream;
  const auto& now = *result.jetstream;
  const std::vector<std::string> peers(now.peers.begin(), now.peers.end());
  std::uint64_t then = 0;
  std::uint64_t messages = 0;
  std::vector<std::string> changed;
  for (const auto& [name, stream] : before.streams) {
    then += stream.messages;
    const auto at = now.streams.find(name);
    if (at == now.streams.end()) {
      changed.push_back("stream " + name + " is gone");
    } else if (at->second.last_seq < stream.last_seq) {
      changed.push_back(fmt::format(
          "stream {} ended at {} and ends at {}", name, stream.last_seq, at->second.last_seq));
    }
  }
  for (const auto& [name, stream] : now.streams)
    messages += stream.messages;
  for (const auto& [name, consumer] : before.consumers) {
    const auto at = now.consumers.find(name);
    if (at == now.consumers.end()) {
      changed.push_back("consumer " + name + " is gone");
    } else if (at->second.ack_floor < consumer.ack_floor) {
      changed.push_back("consumer " + name + " lost acknowledgements");
    }
  }
  return fmt::format("peers {}{}; {} and {}, {} messages before and {} after; {}",
                     base::join(peers, ", "),
                     now.peers == before.peers ? " as before" : ", others than before",
                     base::count_of(now.streams.size(), "stream"),
                     base::count_of(now.consumers.size(), "durable consumer"),
                     then,
                     messages,
                     changed.empty() ? "nothing is behind what it was" : base::join(changed, "; "));
}

std::string traffic_sentence(const std::optional<watch::ProbeResult>& traffic) {
  if (!traffic) return {};
  const auto gap = [](const auto& seen) {
    return base::format_duration(std::chrono::duration_cast<base::milliseconds>(seen.longest_gap));
  };
  auto text = fmt::format(
      "{} messages confirmed{}; careful subscribers lost {} (longest silence {}), plain ones {} "
      "(longest silence {})",
      traffic->confirmed,
      traffic->unconfirmed() > 0 ? fmt::format(", {} not", traffic->unconfirmed()) : "",
      traffic->careful.lost,
      gap(traffic->careful),
      traffic->plain.lost,
      gap(traffic->plain));
  const auto& careful = traffic->careful_requests;
  const auto& plain = traffic->plain_requests;
  if (careful.asked == 0) return text;
  return text + fmt::format(
                    "; of {} requests {} failed (longest time without an answer {}), of {} plain "
                    "ones {} ({})",
                    careful.asked,
                    careful.failed,
                    gap(careful),
                    plain.asked,
                    plain.failed,
                    gap(plain));
}

}  // namespace report
