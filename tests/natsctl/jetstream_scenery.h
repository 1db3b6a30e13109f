#pragma once

#include "gates/conditions.h"
#include "tests/support/fake_clock.h"
#include "tests/support/fake_jetstream.h"
#include "watch/observe.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

// Members A, B, D with JetStream, and what gates say of them.
namespace jetstream_scenery {

using gates::Verdict;
using support::FakeStream;

// Every word about JetStream that shipped playbooks use when a node is back, and before it goes.
inline const std::vector<std::string> kBack = {"jetstream-enabled",
                                               "meta-leader-agreed",
                                               "meta-size",
                                               "meta-peers-current",
                                               "groups-led",
                                               "groups-complete",
                                               "groups-current",
                                               "sequences-caught-up",
                                               "streams-kept",
                                               "consumers-kept"};
inline const std::vector<std::string> kStop = {
    "meta-quorum-kept", "groups-quorum-kept", "few-copies-accepted", "memory-copies-accepted"};

inline std::string sentences(const std::vector<gates::Reading>& readings) {
  std::string text;
  for (const auto& reading : readings) {
    if (reading.verdict != Verdict::green) text += reading.sentence() + "\n";
  }
  return text;
}

// Members A, B, D with JetStream, all seen just now; the step is about D.
struct Scenery {
  support::FakeCluster cluster{{"A", "B", "D"}, "C"};
  support::FakeJetStream jetstream;
  support::FakeClock clock;
  plan::Plan plan = cluster.plan();
  playbook::Step step{.id = "D/step", .action = "start-node", .node = "D", .args = {}, .gate = {}};
  watch::Baseline before;
  bool temp_expected = false;

  explicit Scenery(FakeStream stream = {}) : Scenery(std::vector<FakeStream>{std::move(stream)}) {}

  explicit Scenery(std::vector<FakeStream> streams) {
    jetstream.streams = std::move(streams);
    jetstream.show(cluster);
    before = watch::baseline_of(plan, now());
  }

  watch::Snapshot now() { return cluster.snapshot(clock.now()); }

  FakeStream& stream() { return jetstream.streams.front(); }

  void show(const std::function<void(const std::string&, contract::Jsz&)>& then = nullptr) {
    jetstream.show(cluster, then);
  }

  // Two looks, so that what is seen is no passing thing.
  void show_twice(const std::function<void(const std::string&, contract::Jsz&)>& then = nullptr) {
    show(then);
    show(then);
  }

  std::vector<gates::Reading> judge(const std::vector<std::string>& conditions) {
    const auto seen = now();
    return gates::judge(conditions, {plan, step, seen, before, clock.now(), temp_expected});
  }

  bool green(const std::vector<std::string>& conditions) {
    return gates::all_green(judge(conditions));
  }

  std::string trouble(const std::string& condition) { return sentences(judge({condition})); }
};

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace jetstream_scenery
