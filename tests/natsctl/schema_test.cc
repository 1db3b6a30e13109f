#include "tests/support/schema.h"

#include "base/files.h"
#include "plan/plan_reader.h"
#include "playbook/playbook_reader.h"
#include "tests/support/words.h"

#include <filesystem>

#include <doctest/doctest.h>

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> plans_of_the_examples() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(PROJECT_ROOT "/examples")) {
    const bool kept = entry.path().string().find("/state/") != std::string::npos;
    if (!kept && entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  return files;
}

std::optional<std::string> some_folder(const std::string&) {
  return "/somewhere";
}

}  // namespace

TEST_SUITE("natsctl: schemas and examples") {
  TEST_CASE("every plan of the examples is a right plan") {
    CHECK(plans_of_the_examples().size() >= 6);
    for (const auto& file : plans_of_the_examples()) {
      base::Problems problems;
      const auto plan = plan::parse_plan(file, *base::read_file(file), problems, some_folder);
      CHECK_MESSAGE(plan, base::to_text(problems));
    }
  }

  TEST_CASE("before.yaml and plan.yaml of an example share their nodes and differ in the release") {
    for (const auto& file : plans_of_the_examples()) {
      if (file.filename() != "before.yaml") continue;
      base::Problems problems;
      const auto other = file.parent_path() / "plan.yaml";
      const auto before = plan::parse_plan(file, *base::read_file(file), problems, some_folder);
      const auto after = plan::parse_plan(other, *base::read_file(other), problems, some_folder);
      REQUIRE_MESSAGE((before && after), base::to_text(problems));
      CHECK(before->nodes == after->nodes);
      CHECK(before->temp_node == after->temp_node);
      CHECK(before->release != after->release);
    }
  }

  TEST_CASE("the plan schema takes every plan of the examples") {
    for (const auto& file : plans_of_the_examples()) {
      CAPTURE(file);
      CHECK(support::mistakes(plan::plan_schema(), support::json_of_yaml(*base::read_file(file))) ==
            "");
    }
  }

  TEST_CASE("the playbook schema takes every shipped playbook") {
    for (const auto& [name, text] : playbook::shipped_playbooks()) {
      CAPTURE(name);
      const auto schema = playbook::playbook_schema(support::words());
      CHECK(support::mistakes(schema, support::json_of_yaml(std::string(text))) == "");
    }
  }

  TEST_CASE("what the reader refuses as unknown, the schema refuses too") {
    const auto json =
        support::json_of_yaml(*base::read_file(PROJECT_ROOT "/examples/two-nodes-local/plan.yaml"));
    for (const auto* part : {"release", "policy", "temp_node"}) {
      auto odd = json;
      auto inner = odd[part];
      inner.set("colour", "red");
      odd.set(part, inner);
      CAPTURE(part);
      CHECK(support::mistakes(plan::plan_schema(), odd) ==
            std::string(part) + ": unknown key colour\n");
    }
    auto odd = support::json_of_yaml(std::string(playbook::shipped_playbooks().front().text));
    odd.set("loops", 3);
    CHECK(support::mistakes(playbook::playbook_schema(support::words()), odd) ==
          ": unknown key loops\n");
  }
}
