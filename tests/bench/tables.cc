#include "tests/bench/tables.h"

#include <fstream>
#include <stdexcept>
#include <thread>

#include <fmt/format.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

namespace bench {

namespace {

// Three digits that matter, thousands parted.
std::string figure(double value) {
  if (value < 10) return fmt::format("{:.2f}", value);
  if (value < 100) return fmt::format("{:.1f}", value);
  std::string digits = fmt::format("{:.0f}", value);
  for (auto at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3)
    digits.insert(static_cast<std::size_t>(at), ",");
  return digits;
}

std::vector<Quantity> quantities_of(const Outcome& outcome) {
  std::map<Quantity, bool> all;
  for (const auto& release : outcome.releases) {
    if (!release) continue;
    for (const auto& [quantity, value] : *release)
      all[quantity] = true;
  }
  std::vector<Quantity> quantities;
  for (const auto& [quantity, there] : all)
    quantities.push_back(quantity);
  return quantities;
}

std::string value_of(const std::optional<Numbers>& release, Quantity quantity) {
  if (!release || !release->contains(quantity)) return "not available";
  return figure(release->at(quantity));
}

std::string ratio_of(const Outcome& outcome, Quantity quantity) {
  const auto comparison = compare(outcome, quantity);
  return comparison ? fmt::format("{:.2f}", comparison->ratio()) : "–";
}

const char* word_of(Met met) {
  switch (met) {
    case Met::yes:
      return "met";
    case Met::no:
      return "**missed**";
    case Met::unknown:
      return "not measured";
  }
  return "";
}

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "an unknown processor";
}

}  // namespace

std::string plain_text(const Outcome& outcome, const Names& names) {
  std::string text = fmt::format("{}  ({})\n", outcome.scenario->title, outcome.scenario->name);
  for (const Quantity quantity : quantities_of(outcome)) {
    const auto shape = shape_of(quantity);
    text += fmt::format("  {:<14} {:<8}", shape.name, shape.unit);
    for (std::size_t i = 0; i < names.size(); ++i)
      text += fmt::format("{:>16}", value_of(outcome.releases[i], quantity));
    text += fmt::format("   ratio {}\n", ratio_of(outcome, quantity));
  }
  return text;
}

std::string ratio_table(const std::vector<Outcome>& outcomes) {
  std::string text = "| scenario | wanted, as a ratio to the better nats-server | seen | |\n";
  text += "|---|---|---|---|\n";
  for (const Outcome& outcome : outcomes) {
    std::string title = outcome.scenario->title;
    for (const Goal& goal : outcome.scenario->goals) {
      const Verdict verdict = judge(goal, outcome, outcomes);
      text += fmt::format("| {} | {} | {} | {}{}{} |\n",
                          title,
                          verdict.wanted,
                          verdict.seen,
                          word_of(verdict.met),
                          verdict.why.empty() ? "" : ": ",
                          verdict.why);
      title.clear();
    }
  }
  return text;
}

std::string figure_table(const std::vector<Outcome>& outcomes, const Names& names) {
  std::string text = "| scenario | figure |";
  std::string line = "|---|---|";
  for (const std::string& name : names) {
    text += " " + name + " |";
    line += "--:|";
  }
  text += " ratio |\n" + line + "--:|\n";
  for (const Outcome& outcome : outcomes) {
    std::string title = fmt::format("{} (`{}`)", outcome.scenario->title, outcome.scenario->name);
    for (const Quantity quantity : quantities_of(outcome)) {
      const auto shape = shape_of(quantity);
      text += fmt::format("| {} | {}, {} |", title, shape.name, shape.unit);
      for (const auto& release : outcome.releases)
        text += " " + value_of(release, quantity) + " |";
      text += " " + ratio_of(outcome, quantity) + " |\n";
      title.clear();
    }
  }
  return text;
}

std::string machine() {
  utsname kernel{};
  ::uname(&kernel);

  struct sysinfo memory {};

  ::sysinfo(&memory);
  double load = 0;
  std::ifstream("/proc/loadavg") >> load;
  constexpr double kGiB = 1024.0 * 1024 * 1024;
  const double gib =
      static_cast<double>(memory.totalram) * static_cast<double>(memory.mem_unit) / kGiB;
  const unsigned cores = std::thread::hardware_concurrency();
  return fmt::format("{} cores of {}, {:.0f} GiB, Linux {}; load average {:.1f} when it began{}",
                     cores,
                     cpu_model(),
                     gib,
                     kernel.release,
                     load,
                     load > cores / 2.0 ? ": other programs used them too" : "");
}

}  // namespace bench
