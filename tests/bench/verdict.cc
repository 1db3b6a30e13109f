#include "tests/bench/verdict.h"

#include <algorithm>

#include <fmt/format.h>

namespace bench {

namespace {

// With the generator so busy a server cannot be twice as fast as another: there is no one to ask
// more of it. Then it shall not be slower.
constexpr double kGeneratorIsTheLimit = 80;  // percent of one core

std::optional<double> ours(const Outcome& outcome, Quantity quantity) {
  if (outcome.releases.empty() || !outcome.releases[0]) return std::nullopt;
  const auto found = outcome.releases[0]->find(quantity);
  if (found == outcome.releases[0]->end()) return std::nullopt;
  return found->second;
}

Verdict against_scenario(const Goal& goal,
                         const Outcome& outcome,
                         const std::vector<Outcome>& all) {
  const auto other = std::find_if(all.begin(), all.end(), [&](const Outcome& each) {
    return each.scenario->name == goal.other;
  });
  Verdict verdict{Met::unknown,
                  fmt::format("{} at most {:.2f} of our own `{}`",
                              shape_of(goal.quantity).name,
                              goal.limit,
                              goal.other),
                  "not measured"};
  if (other == all.end()) return verdict;
  const auto here = ours(outcome, goal.quantity);
  const auto there = ours(*other, goal.quantity);
  if (!here || !there) return verdict;
  verdict.seen = fmt::format("{:.2f}", *here / *there);
  verdict.met = *here / *there <= goal.limit ? Met::yes : Met::no;
  return verdict;
}

Verdict below(const Goal& goal, const Outcome& outcome) {
  const auto shape = shape_of(goal.quantity);
  Verdict verdict{
      Met::unknown, fmt::format("{} below {:.0f} {}", shape.name, goal.limit, shape.unit), ""};
  const auto value = ours(outcome, goal.quantity);
  if (!value) return verdict;
  verdict.seen = fmt::format("{:.1f} {}", *value, shape.unit);
  verdict.met = *value < goal.limit ? Met::yes : Met::no;
  return verdict;
}

// What the kernel does for a message is the same whoever asks it: where its part of ours is more
// than what is wanted, nothing of ours could be quick enough.
std::string cpu_reason(const Outcome& outcome, const Comparison& comparison) {
  const auto part = ours(outcome, Quantity::kernel_part);
  if (!part) return {};
  return fmt::format("the kernel's part of ours is {:.0f} %, {:.2f} of the ratio",
                     *part,
                     *part / 100 * comparison.ratio());
}

// Of how many cores each kept busy for what it did.
std::optional<double> cores(const std::optional<Numbers>& release) {
  if (!release || !release->contains(Quantity::throughput) ||
      !release->contains(Quantity::server_cpu)) {
    return std::nullopt;
  }
  return release->at(Quantity::throughput) * release->at(Quantity::server_cpu) / 1e9;
}

std::string speed_reason(const Outcome& outcome) {
  std::string text;
  for (std::size_t i = 0; i < outcome.releases.size(); ++i) {
    const auto busy = cores(outcome.releases[i]);
    if (busy)
      text += fmt::format("{}{:.2f}", text.empty() ? "cores in use, ours first: " : ", ", *busy);
  }
  const auto part = ours(outcome, Quantity::kernel_part);
  if (part) text += fmt::format("; of ours the kernel's {:.0f} %", *part);
  return text;
}

std::string memory_reason(const Outcome& outcome) {
  const auto own = ours(outcome, Quantity::private_memory);
  return own ? fmt::format(
                   "{:.0f} KiB are the broker's own, the rest is text of program and libraries",
                   *own)
             : std::string("see \"Where goals are missed\" in tests/bench/README.md");
}

std::string reason(Quantity quantity, const Outcome& outcome) {
  const auto comparison = compare(outcome, quantity);
  if (quantity == Quantity::server_cpu && comparison) return cpu_reason(outcome, *comparison);
  if (quantity == Quantity::memory) return memory_reason(outcome);
  return speed_reason(outcome);
}

}  // namespace

std::optional<Comparison> compare(const Outcome& outcome, Quantity quantity) {
  const auto mine = ours(outcome, quantity);
  if (!mine) return std::nullopt;
  std::optional<double> best;
  for (std::size_t i = 1; i < outcome.releases.size(); ++i) {
    if (!outcome.releases[i] || !outcome.releases[i]->contains(quantity)) continue;
    const double value = outcome.releases[i]->at(quantity);
    const bool less = shape_of(quantity).less_is_better;
    if (!best || (less ? value < *best : value > *best)) best = value;
  }
  if (!best) return std::nullopt;
  return Comparison{*mine, *best};
}

namespace {

Verdict against_others(const Goal& goal, const Outcome& outcome) {
  double limit = goal.limit;
  const auto busy = ours(outcome, Quantity::generator_busy);
  const bool held_back =
      goal.quantity == Quantity::throughput && busy.value_or(0) > kGeneratorIsTheLimit;
  if (held_back) limit = std::min(limit, 1.0);
  const bool at_most = goal.kind == Goal::Kind::ratio_at_most;
  Verdict verdict{Met::unknown,
                  fmt::format("{} at {} {:.2f}{}",
                              shape_of(goal.quantity).name,
                              at_most ? "most" : "least",
                              limit,
                              held_back ? " (the generator is the limit)" : ""),
                  "not available"};
  const auto comparison = compare(outcome, goal.quantity);
  if (!comparison) return verdict;
  const double ratio = comparison->ratio();
  verdict.seen = fmt::format("{:.2f}", ratio);
  verdict.met = (at_most ? ratio <= limit : ratio >= limit) ? Met::yes : Met::no;
  return verdict;
}

}  // namespace

Verdict judge(const Goal& goal, const Outcome& outcome, const std::vector<Outcome>& all) {
  Verdict verdict = goal.kind == Goal::Kind::like_scenario ? against_scenario(goal, outcome, all)
                    : goal.kind == Goal::Kind::below       ? below(goal, outcome)
                                                           : against_others(goal, outcome);
  if (verdict.met == Met::no) verdict.why = reason(goal.quantity, outcome);
  return verdict;
}

}  // namespace bench
