#include "playbook/playbook_reader.h"

#include "base/files.h"
#include "tests/support/temp_dir.h"
#include "tests/support/words.h"

#include <doctest/doctest.h>

namespace {

const std::string kRight = R"(apiVersion: natsctl/v1
kind: Playbook
name: mine
order: [unready-first]
steps:
  - preflight
  - each-node:
      - lame-duck: { gate: gone }
      - run-command: { command: "restart {node}" }
  - verify
gates:
  gone: { all: [clients-moved], hold: 3s }
)";

std::string with(const std::string& from, const std::string& to) {
  auto text = kRight;
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

std::string problems_of(const std::string& text) {
  base::Problems problems;
  const auto playbook = playbook::parse_playbook("mine.yaml", text, support::words(), problems);
  CHECK(playbook.has_value() == problems.empty());
  return base::to_text(problems);
}

}  // namespace

TEST_SUITE("natsctl: playbook reader") {
  TEST_CASE("a right playbook is read whole") {
    base::Problems problems;
    const auto playbook = playbook::parse_playbook("mine.yaml", kRight, support::words(), problems);
    REQUIRE_MESSAGE(playbook, base::to_text(problems));
    CHECK(playbook->name == "mine");
    REQUIRE(playbook->phases.size() == 3);
    CHECK(playbook->phases[1].each_node);
    CHECK(playbook->phases[1].steps[0] == playbook::StepTemplate{"lame-duck", {}, "gone"});
    CHECK(playbook->phases[1].steps[1].args.at("command") == "restart {node}");
    CHECK(playbook->gates.at("gone").hold == std::chrono::seconds(3));
  }

  TEST_CASE("a step may be for clusters with JetStream or a system account, and for no other") {
    const auto for_when = [](const std::string& when) {
      return with("  - verify\n", "  - verify: { when: " + when + " }\n");
    };
    CHECK(problems_of(for_when("jetstream")) == "");
    CHECK(problems_of(for_when("system-account")) == "");
    CHECK(problems_of(for_when("full-moon")).find("'jetstream' or 'system-account' is wanted") !=
          std::string::npos);
  }

  TEST_CASE("each mistake is named by its place, with what was meant") {
    struct Row {
      std::string from, to, problem;
    };

    const std::vector<Row> rows = {
        {"- preflight",
         "- prefligth",
         "6:5: steps[0]: there is no action 'prefligth'; did you mean 'preflight'?"},
        {"gate: gone",
         "gate: gon",
         "8:22: steps[1].each-node[0].lame-duck.gate: there is no gate 'gon'; did you mean "
         "'gone'?"},
        {"[clients-moved]",
         "[client-moved]",
         "12:17: gates.gone.all[0]: there is no condition 'client-moved'; did you mean "
         "'clients-moved'?"},
        {"[unready-first]",
         "[unready]",
         "4:9: order[0]: there is no order 'unready'; known: unready-first, cluster-by-cluster, "
         "meta-leader-last, fewest-clients, as-listed"},
        {"- preflight",
         "- stop-node",
         "6:5: steps[0]: 'stop-node' is done to one node; put it under each-node"},
        {"- lame-duck: { gate: gone }",
         "- add-temp-node",
         "8:9: steps[1].each-node[0]: 'add-temp-node' is done once; put it beside each-node, not "
         "under it"},
        {"- lame-duck: { gate: gone }",
         "- each-node: []",
         "8:9: steps[1].each-node[0].each-node: each-node stands at the top of `steps` only; nodes "
         "are taken one at a "
         "time"},
        {"{ command:",
         "{ comand:",
         "9:24: steps[1].each-node[1].run-command: unknown key 'comand'; did you mean 'command'?"},
        {"{node}",
         "{nod}",
         "9:24: steps[1].each-node[1].run-command.command: there is no variable {nod}; known here: "
         "{node}, "
         "{release.version}. For a brace write two"},
        {"hold: 3s",
         "hold: 3s, within: 2s",
         "12:3: gates.gone: hold must be shorter than within; or the gate can never open"},
        {"kind: Playbook", "kind: ClusterPlan", "2:1: kind: 'Playbook' is wanted here"},
        {"name: mine\n", "", "1:1: the key 'name' is missing"},
    };
    for (const auto& [from, to, problem] : rows) {
      CAPTURE(to);
      CHECK(problems_of(with(from, to)) == "mine.yaml:" + problem + "\n");
    }
  }

  TEST_CASE("every shipped playbook is right, and its file is named as it is") {
    CHECK(playbook::shipped_playbooks().size() >= 2);
    for (const auto& [name, text] : playbook::shipped_playbooks()) {
      base::Problems problems;
      const auto playbook = playbook::load_playbook(std::string(name), support::words(), problems);
      REQUIRE_MESSAGE(playbook, base::to_text(problems));
      CHECK(playbook->name == name);
      CHECK(text == *base::read_file(std::string(PROJECT_ROOT "/playbooks/") + std::string(name) +
                                     ".yaml"));
    }
  }

  TEST_CASE("a playbook of one's own is a file") {
    const support::TempDir folder;
    base::Problems problems;
    CHECK(playbook::load_playbook(folder.file("mine.yaml", kRight), support::words(), problems)
              ->name == "mine");
  }

  TEST_CASE("a name that is not shipped is told with those that are") {
    base::Problems problems;
    CHECK_FALSE(playbook::load_playbook("temp-nod", support::words(), problems));
    CHECK(base::to_text(problems) ==
          "there is no playbook 'temp-nod'; did you mean 'temp-node'? shipped: rolling, temp-node; "
          "or give a file such "
          "as ./my-playbook.yaml\n");
  }
}
