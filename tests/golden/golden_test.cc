// Each folder here is a case: plan.yaml, what the cluster showed (view.json), and what must come of
// it. The files steps.txt, plan.txt, plan.md, plan.json, plan.dot and runbook.md are compared where
// they are there. `GOLDEN_UPDATE=1 golden_tests` writes them anew: read the difference before it is
// committed.
#include "base/files.h"
#include "base/text.h"
#include "plan/plan_reader.h"
#include "playbook/outlook.h"
#include "playbook/playbook_reader.h"
#include "playbook/render.h"
#include "playbook/runbook.h"
#include "tests/support/words.h"

#include <cstdlib>
#include <filesystem>

#include <doctest/doctest.h>
#include <fmt/format.h>

namespace {

namespace fs = std::filesystem;

std::string text_of(const fs::path& file) {
  auto text = base::read_file(file);
  REQUIRE_MESSAGE(text, file.string());
  return *std::move(text);
}

plan::ClusterView view_of(const base::Json& json) {
  plan::ClusterView view;
  for (const auto& [name, node] : json.fields()) {
    view.nodes[name] = {.reachable = node["reachable"].boolean(true),
                        .why_not = node["why_not"].text(),
                        .server_id = node["server_id"].text(),
                        .version = node["version"].text(),
                        .server_name = name,
                        .cluster = node["cluster"].text(),
                        .clients = static_cast<int>(node["clients"].integer()),
                        .remotes = static_cast<int>(node["remotes"].integer()),
                        .healthy = node["healthy"].boolean(true),
                        .meta_leader = node["meta_leader"].boolean(),
                        .jetstream = node["jetstream"].boolean()};
  }
  return view;
}

std::string lines_of(const playbook::Steps& steps) {
  std::string text;
  for (const auto& step : steps.list)
    text += playbook::to_line(step) + "\n";
  for (const auto& [node, list] : steps.recovery) {
    for (const auto& step : list)
      text += playbook::to_line(step) + "\n";
  }
  for (const auto& skipped : steps.skipped)
    text += "skipped: " + skipped.why + "\n";
  return steps.temp_node.empty() ? text : text + steps.temp_node + "\n";
}

std::vector<std::string> by_hand(const plan::Plan&, const playbook::Step& step) {
  if (step.action == "check") return {};
  return {fmt::format("by-hand {} {}", step.action, step.node)};
}

struct Case {
  plan::Plan plan;
  playbook::Playbook playbook;
  plan::ClusterView view;

  explicit Case(const fs::path& folder) {
    base::Problems problems;
    const auto here = [](const std::string& name) -> std::optional<std::string> {
      return "/" + base::lower(name);
    };
    const auto read =
        plan::parse_plan("/cluster/plan.yaml", text_of(folder / "plan.yaml"), problems, here);
    REQUIRE_MESSAGE(read, base::to_text(problems));
    plan = *read;
    const auto book = playbook::load_playbook(plan.policy.playbook, support::words(), problems);
    REQUIRE_MESSAGE(book, base::to_text(problems));
    playbook = *book;
    const auto json = base::Json::parse(text_of(folder / "view.json"));
    REQUIRE(json);
    view = view_of(*json);
  }

  std::map<std::string, std::string> renderings() const {
    const auto outlook = playbook::outlook(plan, playbook, view);
    return {
        {"steps.txt", lines_of(outlook.steps)},
        {"plan.txt", playbook::to_text(plan, outlook)},
        {"plan.md", playbook::to_markdown(plan, outlook)},
        {"plan.json", playbook::to_json(plan, outlook).dump_pretty() + "\n"},
        {"plan.dot", playbook::to_dot(plan, outlook)},
        {"runbook.md", playbook::to_runbook(plan, playbook, outlook, support::words(), by_hand)}};
  }
};

std::vector<fs::path> cases() {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(PROJECT_ROOT "/tests/golden")) {
    if (entry.is_directory()) folders.push_back(entry.path());
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

}  // namespace

TEST_SUITE("golden") {
  TEST_CASE("a plan, a playbook and what the cluster showed give the steps that were agreed on") {
    const bool update = std::getenv("GOLDEN_UPDATE") != nullptr;  // NOLINT(concurrency-mt-unsafe)
    for (const auto& folder : cases()) {
      CAPTURE(folder.filename());
      for (const auto& [name, text] : Case(folder).renderings()) {
        CAPTURE(name);
        if (!fs::exists(folder / name)) continue;
        if (update) CHECK(base::write_file(folder / name, text));
        CHECK(text_of(folder / name) == text);
      }
    }
  }

  TEST_CASE("compiled twice, the steps are the same byte by byte") {
    for (const auto& folder : cases())
      CHECK(Case(folder).renderings() == Case(folder).renderings());
  }

  TEST_CASE("steps survive the journal") {
    for (const auto& folder : cases()) {
      const Case at(folder);
      const auto steps = playbook::outlook(at.plan, at.playbook, at.view).steps;
      const auto stored = base::Json::parse(playbook::to_json(steps).dump());
      REQUIRE(stored);
      const auto back = playbook::steps_from_json(*stored);
      REQUIRE(back);
      CHECK(*back == steps);
    }
  }
}
