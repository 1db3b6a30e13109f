// bench: nats-broker beside real nats-servers, scenario by scenario.
//
//   bench                            every scenario
//   bench one-to-one-16 churn        some
//   bench --write                    every one, and the tables of the READMEs
//   bench --quick                    small and short: proves that each scenario works
//   bench --only-broker --rounds 9   ours alone, e.g. under a profiler
#include "tests/bench/tables.h"
#include "tests/support/replace_part.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <stdexcept>

#include <sys/prctl.h>

#define DOCTEST_CONFIG_IMPLEMENT  // the support library's folders ask it whether a test has failed
#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

using bench::Effort;
using bench::Names;
using bench::Numbers;
using bench::Outcome;
using bench::Scenario;
using bench::Trial;
using support::Release;

struct Wanted {
  Effort effort;
  std::vector<std::string> names;
  bool write = false;
  bool only_broker = false;
};

Wanted read_arguments(int count, char** arguments) {
  Wanted wanted;
  for (int i = 1; i < count; ++i) {
    const std::string word = arguments[i];
    if (word == "--write") {
      wanted.write = true;
    } else if (word == "--quick") {
      wanted.effort = Effort::quick();
    } else if (word == "--only-broker") {
      wanted.only_broker = true;
    } else if (word == "--rounds" && i + 1 < count) {
      wanted.effort.rounds = std::max(1, std::stoi(arguments[++i]));
    } else {
      wanted.names.push_back(word);
    }
  }
  return wanted;
}

std::vector<const Scenario*> chosen(const std::vector<std::string>& names) {
  std::vector<const Scenario*> found;
  for (const Scenario& scenario : bench::scenarios()) {
    if (names.empty() || std::count(names.begin(), names.end(), scenario.name) > 0)
      found.push_back(&scenario);
  }
  if (!names.empty() && found.size() != names.size()) {
    std::string all;
    for (const Scenario& scenario : bench::scenarios())
      all += "\n  " + scenario.name + ": " + scenario.title;
    throw std::runtime_error("no such scenario; there are:" + all);
  }
  return found;
}

// Round by round, each release in turn: whatever else the machine does meanwhile meets all of them.
Outcome measure(const Scenario& scenario,
                const std::vector<Release>& releases,
                const Effort& effort) {
  std::vector<std::unique_ptr<Trial>> trials(releases.size());
  std::vector<std::vector<Numbers>> rounds(releases.size());
  const auto in_turns = [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i)
      trials[i] = scenario.make(releases[i], effort);
    for (int round = 0; round < effort.rounds; ++round) {
      for (std::size_t i = begin; i < end; ++i) {
        if (trials[i]) rounds[i].push_back(trials[i]->round());
      }
    }
    for (std::size_t i = begin; i < end; ++i)
      trials[i].reset();
  };
  if (scenario.alternating) {
    in_turns(0, releases.size());
  } else {
    for (std::size_t i = 0; i < releases.size(); ++i)
      in_turns(i, i + 1);
  }
  Outcome outcome{&scenario, {}};
  for (const auto& all : rounds) {
    outcome.releases.push_back(all.empty() ? std::optional<Numbers>() : bench::medians(all));
  }
  return outcome;
}

void write_readmes(const std::vector<Outcome>& outcomes,
                   const Names& names,
                   const std::string& machine) {
  const std::filesystem::path root = PROJECT_ROOT;
  const std::string where = "Measured on " + machine + ".\n\n";
  support::replace_part(
      root / "tests/bench/README.md", "results", where + bench::figure_table(outcomes, names));
  support::replace_part(root / "README.md", "bench", where + bench::ratio_table(outcomes));
}

int run(const Wanted& wanted) {
  std::vector<Release> releases = {Release::broker()};
  if (!wanted.only_broker) {
    releases.push_back(Release::real("2.9"));
    releases.push_back(Release::real("newest"));
  }
  Names names;
  for (const Release& release : releases)
    names.push_back(release.bundled ? "nats-broker" : "nats-server " + release.version);

  const std::string machine = bench::machine();
  fmt::print("{}\n", machine);
  std::vector<Outcome> outcomes;
  for (const Scenario* scenario : chosen(wanted.names)) {
    outcomes.push_back(measure(*scenario, releases, wanted.effort));
    fmt::print("{}", bench::plain_text(outcomes.back(), names));
    std::fflush(stdout);
  }
  fmt::print("\n{}", bench::ratio_table(outcomes));
  if (wanted.write) write_readmes(outcomes, names, machine);
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  // Paced messages leave when they are due, not up to 50 µs later.
  ::prctl(PR_SET_TIMERSLACK, 1UL);
  ::signal(SIGPIPE, SIG_IGN);  // a server that ends is an error like others
  try {
    return run(read_arguments(count, arguments));
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "bench: %s\n", failure.what());
    return 1;
  }
}
