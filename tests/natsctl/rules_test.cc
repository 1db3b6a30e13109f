// How rules are read and judged, whatever they say.
#include "tests/natsctl/rules_fixture.h"

using namespace rules_fixture;

TEST_SUITE_BEGIN("rules");

TEST_CASE("the rules that are shipped are read without a mistake, each with all its sentences") {
  base::Problems problems;
  const auto read = rules::read_rules("rules.yaml", std::string(rules::shipped_text()), problems);
  CHECK(base::to_text(problems) == "");
  CHECK(read.rules.size() > 40);
  for (const auto& rule : read.rules) {
    CAPTURE(rule.id);
    CHECK_FALSE(rule.says.empty());
    CHECK_FALSE(rule.way_out.empty());
    CHECK_FALSE(rule.source.empty());
  }
}

TEST_CASE("every mistake in a file of rules is found") {
  base::Problems problems;
  rules::read_rules(
      "r.yaml",
      "milestones: [{ since: 2.10, index: 1, api_level: 0 }]\n"
      "rules:\n"
      "  - { id: a, kind: sideways, severity: note, says: s, way_out: w, source: x }\n"
      "  - { id: a, kind: upgrade, severity: note, says: s, way_out: w, source: x,\n"
      "      from: about 2, when: { moon: full } }\n",
      problems);
  const auto text = base::to_text(problems);
  for (const auto* part : {"2.10", "sideways", "about", "moon", "'a' already"}) {
    CAPTURE(part);
    CHECK(text.find(part) != std::string::npos);
  }
}

TEST_CASE("a range is of numbers: suffixes do not matter, and what is left out is 0") {
  const auto holds = [](const char* range, const char* version) {
    return rules::Range::parse(range)->contains(*contract::Version::parse(version));
  };
  CHECK(holds(">=2.10 <2.14.7", "2.10.0"));
  CHECK(holds(">=2.10 <2.14.7", "2.14.6"));
  CHECK_FALSE(holds(">=2.10 <2.14.7", "2.14.7"));
  CHECK_FALSE(holds(">=2.10 <2.14.7", "2.9.25"));
  CHECK(holds("<2.11.2 or >=2.12 <2.12.3", "2.12.2"));
  CHECK_FALSE(holds("<2.11.2 or >=2.12 <2.12.3", "2.11.9"));
  CHECK(holds(">=2.15", "2.15.0-RC.1"));
  CHECK(holds("=2.11.1", "2.11.1-binary"));
  CHECK(holds(">2.10 <=2.11.1", "2.11.1"));
  CHECK(holds("", "1.0.0"));
  CHECK_FALSE(rules::Range::parse("2.10"));
  CHECK_FALSE(rules::Range::parse(">=new"));
}

TEST_CASE("streams that could not be seen count as if they were mirrors") {
  auto facts = cluster("2.10.27", "2.15.1");
  facts.assets.reset();
  CHECK(blocks(facts) == std::set<std::string>{"raft-delete-range"});
  CHECK(finding(facts, "raft-delete-range")->says.find("not known") != std::string::npos);
}

TEST_CASE("two releases that are in one cluster already are no reason to stop half way") {
  auto half = with(cluster("2.10.27", "2.15.1"), kMirror);
  half.servers[0].version = "2.15.1";
  CHECK(verdict(half, "raft-delete-range") == "warn");
  CHECK(finding(half, "raft-delete-range")->servers == std::vector<std::string>{"B", "D"});
}

TEST_CASE("the way back is warned of, and blocks when the plan wants to go it") {
  auto facts = cluster("2.9.10", "2.10.27");
  CHECK(blocks(facts).empty());
  CHECK(way_back(facts, "store-before-tombstones") == "warn");
  facts.must_return = true;
  CHECK(way_back(facts, "store-before-tombstones") == "block");
  CHECK(way_back(cluster("2.9.22", "2.10.27"), "store-before-tombstones") == "");
  CHECK(way_back(cluster("2.10.27", "2.10.27"), "store-before-tombstones") == "");
}

TEST_CASE("what a release's own test refuses blocks like a known key") {
  auto facts = core("2.10.27", "2.15.1");
  facts.servers[1].refused_by["2.10.27"] = "b.conf:3:1: unknown field \"new\"";
  CHECK(verdict(facts, "conf-refused") == "");
  CHECK(way_back(facts, "conf-refused") == "block");
  CHECK(finding(facts, "conf-refused", Direction::back)->says.find("b.conf:3:1") !=
        std::string::npos);
}

TEST_CASE("an accepted warning is a note that says so") {
  auto facts = cluster("2.11.9", "2.12.4");
  facts.accepted = {"strict-api"};
  CHECK(verdict(facts, "strict-api") == "note");
  CHECK(finding(facts, "strict-api")->accepted);
}

TEST_CASE("every release that runs is judged, what is said is said once") {
  auto facts = core("2.9.10", "2.15.1");
  facts.servers[2].version = "2.10.27";
  int sigterm = 0;
  for (const auto& found : rules::judge(rules::shipped_rules(), facts))
    sigterm += found.rule == "exit-code-of-sigterm" ? 1 : 0;
  CHECK(sigterm == 2);  // from 2.9.10, and from 2.10.27
  int routes = 0;
  for (const auto& found : rules::judge(rules::shipped_rules(), facts))
    routes += found.rule == "routes-of-2.9" ? 1 : 0;
  CHECK(routes == 1);
}

TEST_CASE("nothing stands in the way of going from a release to itself, or of a patch") {
  CHECK(blocks(cluster("2.10.27", "2.10.27")).empty());
  CHECK(blocks(cluster("2.10.26", "2.10.27")).empty());
  CHECK(blocks(with(cluster("2.15.0", "2.15.1"), kMirror)).empty());
}

TEST_SUITE_END();
