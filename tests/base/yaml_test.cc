#include "base/yaml.h"

#include "base/json.h"
#include "base/yaml_writer.h"

#include <doctest/doctest.h>

namespace {

struct Document {
  base::Problems problems;
  base::Yaml yaml;

  explicit Document(const std::string& text) { yaml = base::Yaml::read("f.yaml", text, problems); }

  std::string told() const { return base::to_text(problems); }
};

}  // namespace

TEST_SUITE("base: YAML") {
  TEST_CASE("every value knows its place") {
    const Document document("a: 1\nlist:\n  - x\n  - {b: 2}\n");
    const auto fields = document.yaml.fields();
    CHECK(fields[1].second.place() == base::Place{2, 1});
    const auto items = fields[1].second.items();
    CHECK(items[1].path() == "list[1]");
    CHECK(items[1].fields()[0].second.place() == base::Place{4, 6});
  }

  TEST_CASE("each value of a wrong kind is a problem, and reading goes on") {
    const Document document("n: x\nlist: 5\nmap: [1]\nflag: maybe\nlong: soon\nless: 9\n");
    base::YamlMap map(document.yaml);
    CHECK(map.required("n").number() == 0);
    CHECK(map.required("list").items().empty());
    CHECK(map.required("map").fields().empty());
    CHECK_FALSE(map.required("flag").flag());
    CHECK(map.required("long").duration() == base::nanoseconds(0));
    CHECK(map.required("less").number_between(10, 20) == 10);
    map.finish();
    CHECK(document.told() ==
          "f.yaml:1:1: n: 'x' is not a whole number\n"
          "f.yaml:2:1: list: a list is wanted here, this is a single value\n"
          "f.yaml:3:1: map: a map of keys is wanted here, this is a list\n"
          "f.yaml:4:1: flag: 'maybe' is neither true nor false\n"
          "f.yaml:5:1: long: 'soon' is not a duration; write it like 30s, 2m30s or 250ms\n"
          "f.yaml:6:1: less: 9 is not between 10 and 20\n");
  }

  TEST_CASE("a number that is none is one problem, not two") {
    const Document document("n: x\n");
    CHECK(document.yaml.fields()[0].second.number_between(1, 5) == 1);
    CHECK(document.problems.size() == 1);
  }

  TEST_CASE("missing, unknown and double keys are told with what helps") {
    const Document document("clinet: 1\nb: 2\nb: 3\n");
    base::YamlMap map(document.yaml);
    map.required("client");
    map.optional("b");
    map.finish();
    CHECK(document.told() ==
          "f.yaml:1:1: the key 'client' is missing\n"
          "f.yaml:1:1: unknown key 'clinet'; did you mean 'client'?\n"
          "f.yaml:3:1: b: the key 'b' stands twice; the first is in line 2; keep one\n");
  }

  TEST_CASE("text that is no YAML is a problem with a place, never an exception") {
    for (const auto* text :
         {"a: [1", "a: {b", "\t- x: [", "'open", "a: b: c", "&a *b", "%YAML 9\n---\n["}) {
      CAPTURE(text);
      const Document document(text);
      CHECK_FALSE(document.yaml);
      CHECK(document.problems.size() == 1);
    }
    CHECK(Document("").told() == "f.yaml:1:1: the file is empty\n");
  }

  TEST_CASE("texts keep what YAML might take for something else") {
    const Document document("a: 010\nb: yes\nc: 1e3\n");
    CHECK(document.yaml.fields()[0].second.text() == "010");
    CHECK(document.yaml.fields()[1].second.text() == "yes");
    CHECK(document.yaml.fields()[2].second.text() == "1e3");
  }

  TEST_CASE("a text that was written reads back the same, whatever it looks like") {
    for (const std::string text : {"plain", "",     " blank ",
                                   "a: b",  "a #b", "#a",
                                   "- a",   "-p",   "true",
                                   "No",    "null", "12",
                                   "1.5",   "0x1f", "{a}",
                                   "[a",    "a, b", "'",
                                   "\"",    "a\nb", "tab\t",
                                   "*x",    "&x",   "!x",
                                   "%x",    "@x",   "`x",
                                   "a:",    "---",  "~",
                                   "é",     "\\",   "nats://a:1,nats://b:2"}) {
      CAPTURE(text);
      const auto written =
          base::to_yaml(base::Json::object({{"key", text}, {"list", base::Json::Array{text}}}));
      const Document document(written);
      REQUIRE_MESSAGE(document.yaml, written);
      CHECK(document.yaml.fields()[0].second.text() == text);
      CHECK(document.yaml.fields()[1].second.items()[0].text() == text);
    }
  }

  TEST_CASE("maps and lists are written as people write them, comments above their keys") {
    const auto json = *base::Json::parse(
        R"({"a":{"b":1,"empty":{}},"nodes":[{"name":"A","args":["-p","4222"]},{"name":"B"}],"none":[]})");
    CHECK(base::to_yaml(json, {{"a", "first\nof two"}, {"nodes[1]", "the other"}}) ==
          "# first\n# of two\na:\n  b: 1\n  empty: {}\nnodes:\n  - name: A\n    args: [-p, "
          "\"4222\"]\n"
          "  # the other\n  - name: B\nnone: []\n");
  }
}
