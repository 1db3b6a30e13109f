#include "tests/rehearsal/kills.h"

#include "base/files.h"
#include "base/text.h"
#include "playbook/step.h"
#include "run/journal.h"
#include "run/run_state.h"
#include "tests/support/eventually.h"

#include <algorithm>
#include <csignal>
#include <random>

#include <doctest/doctest.h>

namespace rehearsal {

namespace {

constexpr int kKilled = 128 + SIGKILL;

std::string kind_of(const std::string& place) {
  return base::split(place, ' ').at(1);
}

// How the next natsctl is to be called after one that was killed.
std::vector<std::string> next_words(const Stage& stage, const std::vector<std::string>& words) {
  const auto events = run::load_journal(stage.newest_run() / "journal.jsonl");
  if (!events || events->empty()) return words;
  const bool order = words.front() == "rollback" || words.front() == "abort";
  return order && !run::fold(*events).wish ? words : std::vector<std::string>{"resume"};
}

// What an undisturbed upgrade keeps for its members; see src/exec/release_store.h.
std::string kept_by_natsctl(const Script& script) {
  std::vector<std::string> lines;
  for (const auto& node : script.members) {
    lines.push_back(node);
    for (const auto* file : {"lock", "releases", "server.json", "server.log"})
      lines.push_back(node + "/" + file);
    lines.push_back(node + "/current -> releases/" + script.to.version);
    lines.push_back(node + "/previous -> releases/" + script.from.version);
    for (const auto& release : {script.from, script.to}) {
      const auto folder = node + "/releases/" + release.version;
      lines.push_back(folder);
      lines.push_back(folder + "/" + release.binary.filename().string());
    }
  }
  std::sort(lines.begin(), lines.end());
  return base::join(lines, "\n");
}

}  // namespace

std::vector<std::string> steps_of(const Stage& stage) {
  const auto events = run::load_journal(stage.newest_run() / "journal.jsonl");
  REQUIRE(events);
  std::vector<std::string> ids;
  for (const auto& step : run::fold(*events).steps.list)
    ids.push_back(step.id);
  return ids;
}

std::vector<std::string> places_of(const std::vector<std::string>& steps,
                                   const std::vector<std::string>& moments) {
  std::vector<std::string> places;
  const auto add = [&](const std::string& event, const std::string& step) {
    for (const auto& moment : moments)
      places.push_back(moment + " " + event + (step.empty() ? "" : " " + step));
  };
  add("run_started", "");
  add("baseline", "");
  for (const auto& step : steps) {
    add("step_started", step);
    if (step.ends_with("/lame-duck")) add("waiting", step);
    if (step.ends_with("/stop-node")) add("step_skipped", step);
    add("step_finished", step);
  }
  add("run_finished", "");
  return places;
}

std::vector<std::string> sample_of(const std::vector<std::string>& places,
                                   std::size_t count,
                                   unsigned seed) {
  std::vector<std::string> sample;
  std::mt19937 random(seed);
  std::sample(places.begin(), places.end(), std::back_inserter(sample), count, random);
  return sample;
}

Said killed_at_each(Stage& stage,
                    const std::vector<std::string>& words,
                    const std::vector<std::string>& places,
                    std::set<std::string>& kinds) {
  auto next = words;
  for (const auto& place : places) {
    CAPTURE(place);
    stage.kill_at(place);
    const auto said = stage.natsctl(next);
    REQUIRE_MESSAGE(said.exit_code == kKilled, said.text);
    kinds.insert(kind_of(place));
    next = next_words(stage, words);
  }
  stage.kill_at("");
  return stage.natsctl(next);
}

Script quick() {
  Script script;
  script.hold = "100ms";
  script.grace = "100ms";
  return script;
}

Said killed_at_any_time(Stage& stage, int kills, unsigned seed) {
  std::mt19937 random(seed);
  std::uniform_int_distribution<int> milliseconds(20, 1500);
  std::vector<std::string> words = {"upgrade", "--yes", stage.plan()};
  for (int kill = 0; kill < kills; ++kill) {
    auto running = stage.start_natsctl(words);
    const auto until =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds(random));
    support::eventually("its time has come", [&] {
      return running->ended() || std::chrono::steady_clock::now() >= until;
    });
    running->signal(SIGKILL);
    const auto said = running->wait();
    if (said.exit_code != kKilled) return said;
    words = next_words(stage, words);
  }
  return stage.natsctl(words);
}

void rest_with_c(Stage& stage) {
  auto running = stage.start_natsctl({"upgrade", "--yes", stage.plan()});
  support::eventually("C has joined", [&] { return stage.answers("C"); });
  running->signal(SIGINT);
  const auto said = running->wait();
  REQUIRE_MESSAGE(said.exit_code == 130, said.text);
}

void check_each_upgraded(const Stage& stage, const Script& script) {
  for (const auto& node : script.members) {
    CAPTURE(node);
    CHECK(stage.version(node) == script.to.version);
    CHECK(stage.starts(node, script.to.version) == 1);
    CHECK(stage.varz(node)["routes"].integer() > 0);
  }
  CHECK_FALSE(stage.answers("C"));
}

void check_same_end(const Stage& stage, const Script& script) {
  check_each_upgraded(stage, script);
  CHECK(stage.kept() == kept_by_natsctl(script));
}

}  // namespace rehearsal
