// playbooks/README.md explains every word that a playbook may use. The tables come from the code;
// with README_UPDATE=1 the test writes them anew.
#include "actions/action_table.h"
#include "base/files.h"
#include "base/text.h"
#include "playbook/playbook_reader.h"
#include "tests/support/words.h"

#include <cstdlib>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

const std::string kReadme = PROJECT_ROOT "/playbooks/README.md";

std::string order_rows() {
  std::string rows;
  for (const auto& word : playbook::order_words())
    rows += fmt::format("| `{}` | {} |\n", word.name, word.meaning);
  return rows;
}

std::string action_rows() {
  std::string rows;
  for (const auto& word : actions::vocabulary().actions) {
    rows +=
        fmt::format("| `{}` | {} | {} | {} |\n",
                    word.name,
                    word.meaning,
                    word.arguments.empty() ? "" : "`" + base::join(word.arguments, "`, `") + "`",
                    word.for_a_node ? "only" : "");
  }
  return rows;
}

std::string condition_rows() {
  std::string rows;
  for (const auto& word : actions::vocabulary().conditions) {
    rows += fmt::format("| `{}` | {} |\n", word.name, word.meaning);
  }
  return rows;
}

// The rows of the table below `heading`, without its two heading lines.
struct Table {
  std::size_t begin = 0;
  std::size_t end = 0;
};

Table table_below(const std::string& text, const std::string& heading) {
  const auto start = text.find("\n## " + heading + "\n");
  REQUIRE(start != std::string::npos);
  const auto line = text.find("|---", start);
  REQUIRE(line != std::string::npos);
  Table table{.begin = text.find('\n', line) + 1};
  table.end = table.begin;
  while (table.end < text.size() && text[table.end] == '|')
    table.end = text.find('\n', table.end) + 1;
  return table;
}

std::vector<std::string> names_of(const std::vector<playbook::Word>& words) {
  std::vector<std::string> names;
  for (const auto& word : words)
    names.push_back(word.name + (word.for_a_node ? " of a node" : ""));
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

TEST_SUITE("natsctl: playbooks/README.md") {
  TEST_CASE("every word of order, every action and every condition is explained as in the code") {
    auto text = *base::read_file(kReadme);
    const bool update = std::getenv("README_UPDATE") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    for (const auto& [heading, rows] :
         std::vector<std::pair<std::string, std::string>>{{"Order", order_rows()},
                                                          {"Actions", action_rows()},
                                                          {"Conditions", condition_rows()}}) {
      const auto table = table_below(text, heading);
      CAPTURE(heading);
      if (update) {
        text.replace(table.begin, table.end - table.begin, rows);
      } else {
        CHECK(text.substr(table.begin, table.end - table.begin) == rows);
      }
    }
    if (update) CHECK(base::write_file(kReadme, text));
  }

  TEST_CASE("its example is a right playbook") {
    const auto text = *base::read_file(kReadme);
    const auto begin = text.find("```yaml\n") + 8;
    base::Problems problems;
    playbook::parse_playbook("README.md",
                             text.substr(begin, text.find("```", begin) - begin),
                             actions::vocabulary(),
                             problems);
    CHECK(base::to_text(problems) == "");
  }

  TEST_CASE("every shipped playbook uses words that exist") {
    for (const auto& [name, text] : playbook::shipped_playbooks()) {
      base::Problems problems;
      playbook::parse_playbook(
          std::string(name), std::string(text), actions::vocabulary(), problems);
      CHECK(base::to_text(problems) == "");
    }
  }

  TEST_CASE("the words that other tests use are natsctl's") {
    const auto real = actions::vocabulary();
    CHECK(names_of(support::words().actions) == names_of(real.actions));
    CHECK(names_of(support::words().conditions) == names_of(real.conditions));
    for (const auto& word : support::words().actions) {
      for (const auto& other : real.actions) {
        if (other.name == word.name) CHECK(other.arguments == word.arguments);
      }
    }
  }
}
