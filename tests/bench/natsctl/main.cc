// natsctl_bench: what natsctl itself costs.
//
//   natsctl_bench             every figure, beside the goals
//   natsctl_bench --write     the same, into tests/bench/README.md
//   natsctl_bench --watching  those of watching alone
//   natsctl_bench --quick     small and short: proves that each figure can be taken
#include "tests/bench/natsctl/cases.h"
#include "tests/bench/tables.h"
#include "tests/support/replace_part.h"

#include <cstdio>
#include <cstring>

#define DOCTEST_CONFIG_IMPLEMENT  // the support library's folders ask it whether a test has failed
#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

std::string seen(const bench::Figure& figure) {
  std::string text;
  for (const auto& [servers, value] : figure.by_servers) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{:.{}f}", value, value < 10 ? 2 : 1);
    if (servers > 0) text += fmt::format(" with {}", servers);
  }
  return text;
}

std::string row(const bench::Figure& figure) {
  return fmt::format("| {} | {} | {} | {} | {} |\n",
                     figure.what,
                     figure.unit,
                     figure.at_most ? fmt::format("{:g}", *figure.at_most) : "–",
                     seen(figure),
                     !figure.at_most ? ""
                     : figure.met()  ? "met"
                                     : "**missed**");
}

std::string table(const std::vector<bench::Figure>& figures) {
  std::string text =
      "| figure | unit | goal | seen, by the number of servers | |\n|---|---|--:|---|---|\n";
  for (const auto& figure : figures)
    text += row(figure);
  return text;
}

}  // namespace

int main(int count, char** arguments) {
  const auto asked = [&](const char* word) {
    return count > 1 && std::strcmp(arguments[1], word) == 0;
  };
  try {
    const auto machine = "Measured on " + bench::machine() + ".\n\n";
    std::printf("%s", machine.c_str());
    const auto extent = asked("--quick")      ? bench::Extent::quick
                        : asked("--watching") ? bench::Extent::watching
                                              : bench::Extent::all;
    const auto figures = bench::own_cost(extent, [](const bench::Figure& figure) {
      std::printf("%s", row(figure).c_str());
      std::fflush(stdout);
    });
    const std::filesystem::path readme = PROJECT_ROOT "/tests/bench/README.md";
    if (asked("--write")) support::replace_part(readme, "own cost", machine + table(figures));
    return 0;
  } catch (const std::exception& failed) {
    std::fprintf(stderr, "natsctl_bench: %s\n", failed.what());
    return 1;
  }
}
