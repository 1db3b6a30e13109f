#pragma once

#include "run/event.h"
#include "run/run_state.h"
#include "watch/message_ledger.h"

#include <optional>
#include <string>
#include <vector>

namespace report {

// What became of a run, step by step: what every report says in its own form. Pure.
enum class StepEnd { done, done_already, failed, not_finished, not_begun };

struct StepResult {
  std::string id = {};
  std::string node = {};
  std::string action = {};
  std::string gate = {};
  StepEnd end = StepEnd::not_begun;
  bool recovery = false;  // a step that took something back
  base::WallTime began = {};
  base::nanoseconds took{};
  std::string why = {};  // it failed; or what it waited for when nothing came after
};

struct RunResult {
  run::RunState state;
  std::vector<StepResult> steps;  // in the order in which they happened, then those that did not
  base::nanoseconds took{};       // from the first event to the last, pauses included
  std::optional<watch::ProbeResult> traffic;        // when there was some
  std::optional<watch::JetStreamBefore> jetstream;  // at the end, of a cluster with JetStream
};

RunResult result_of(const std::vector<run::Event>& events);

std::string word_of(StepEnd end);  // "done", "failed" ...

// "verified", "halted in a safe mixed state" ...; "runs, or was killed" without a code.
std::string meaning_of(const run::RunState& state);

// "peers A, B, D as before; 3 streams as before, 120 messages and 240 at the end; …", with what is
// not as it was named; empty without JetStream.
std::string jetstream_sentence(const RunResult& result);

// "120 messages confirmed; careful subscribers lost 0 ..."; empty when there was no traffic.
std::string traffic_sentence(const std::optional<watch::ProbeResult>& traffic);

}  // namespace report
