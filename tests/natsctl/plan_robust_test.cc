#include "playbook/playbook_reader.h"
#include "tests/natsctl/plan_fixture.h"
#include "tests/support/words.h"

#include <filesystem>

#include <doctest/doctest.h>

using namespace plan_test;

namespace {

std::vector<std::string> texts_near(const std::string& text) {
  std::vector<std::string> texts;
  for (std::size_t at = 0; at < text.size(); ++at) {
    texts.push_back(text.substr(0, at));
    auto odd = text;
    odd[at] = "{}[]:-#&*!|>'\"%@`,\t\n\xff"[at % 21];
    texts.push_back(odd);
  }
  const auto lines = base::split(text, '\n');
  for (std::size_t left_out = 0; left_out < lines.size(); ++left_out) {
    auto fewer = lines;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(left_out));
    texts.push_back(base::join(fewer, "\n"));
  }
  return texts;
}

}  // namespace

TEST_SUITE("natsctl: damaged files") {
  TEST_CASE("a damaged plan is a plan or has problems, and every problem has a place in the file") {
    for (const auto& text : texts_near(kRight)) {
      base::Problems problems;
      const auto plan = plan::parse_plan("/cluster/plan.yaml", text, problems);
      CHECK(plan.has_value() == problems.empty());
      for (const auto& problem : problems)
        CHECK(problem.line > 0);
    }
  }

  TEST_CASE("a damaged playbook is a playbook or has problems") {
    const std::string right(playbook::shipped_playbooks().back().text);
    for (const auto& text : texts_near(right)) {
      base::Problems problems;
      const auto playbook = playbook::parse_playbook("mine.yaml", text, support::words(), problems);
      CHECK(playbook.has_value() == problems.empty());
    }
  }
}
