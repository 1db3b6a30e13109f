#include "broker/subjects/subject_transform.h"

#include "broker/subjects/subject_mappings.h"

#include <set>

#include <doctest/doctest.h>

using broker::Mapping;
using broker::SubjectMappings;
using broker::SubjectTransform;
using Kind = broker::SubjectTransform::Kind;

namespace {

std::string transformed(const char* source, const char* destination, const char* subject) {
  const auto made = SubjectTransform::make(source, destination, Kind::any);
  return made ? made->apply(subject) : made.error().what;
}

std::string why_not(const char* source, const char* destination, Kind kind = Kind::any) {
  const auto made = SubjectTransform::make(source, destination, kind);
  return made ? "made" : made.error().what;
}

std::string mapped(const SubjectMappings& mappings, const char* subject, const char* cluster = "") {
  std::minstd_rand random(1);
  const auto to = mappings.map(subject, cluster, random);
  return to ? *to : "(as it is)";
}

std::string mistake(const Mapping& mapping) {
  SubjectMappings mappings;
  const auto added = mappings.add(mapping);
  return added ? "added" : added.error().what;
}

}  // namespace

TEST_SUITE("broker: subject transforms") {
  TEST_CASE("tokens of the source take their places in the destination") {
    CHECK(transformed("a", "b", "a") == "b");
    CHECK(transformed("a.*", "b.$1", "a.x") == "b.x");
    CHECK(transformed("a.*.*", "b.{{wildcard(2)}}.c.$1", "a.x.y") == "b.y.c.x");
    CHECK(transformed("a.>", "b.>", "a.x.y") == "b.x.y");
    CHECK(transformed("a.*.>", "b.>", "a.x.y.z") == "b.y.z");
    CHECK(transformed(">", "b.>", "x.y") == "b.x.y");
    CHECK(transformed("a.*", "$JS.$1", "a.x") == "$JS.x");
  }

  TEST_CASE("functions take a token apart") {
    CHECK(transformed("*", "{{splitfromleft(1,2)}}", "abcde") == "ab.cde");
    CHECK(transformed("*", "{{SplitFromRight(1,2)}}", "abcde") == "abc.de");
    CHECK(transformed("*", "{{slicefromleft(1,2)}}", "abcde") == "ab.cd.e");
    CHECK(transformed("*", "{{sliceFromRight(1,2)}}", "abcde") == "a.bc.de");
    CHECK(transformed("*", "{{split(1,-)}}", "-a--b-") == "a.b");
    CHECK(transformed("*", "{{left(1,2)}}.{{right(1,1)}}", "abcde") == "ab.e");
    // What is too short stays whole.
    CHECK(transformed("*", "{{splitfromleft(1,5)}}", "abcde") == "abcde");
    CHECK(transformed("*", "{{slicefromleft(1,9)}}", "abcde") == "abcde");
  }

  TEST_CASE("a partition is the same for the same tokens, and one of as many as asked for") {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
      const std::string subject = "a.key-" + std::to_string(i);
      const std::string to = transformed("a.*", "{{partition(4,1)}}", subject.c_str());
      CHECK(to == transformed("a.*", "{{ Partition( 4, 1 ) }}", subject.c_str()));
      seen.insert(to);
    }
    CHECK(seen == std::set<std::string>{"0", "1", "2", "3"});
    // Seen from nats-server 2.10.27.
    CHECK(transformed("p.*", "{{partition(10,1)}}", "p.foo") == "3");
  }

  TEST_CASE("an import goes there and back") {
    for (const auto& [source, destination, subject] :
         {std::tuple("a.*.*", "b.$2.$1", "a.x.y"),
          std::tuple("a.*.*.*", "b.$2.$3.$1", "a.x.y.z"),
          std::tuple("a.*.>", "b.c.$1.>", "a.x.y.z")}) {
      const auto made = SubjectTransform::make(source, destination, Kind::reversible);
      REQUIRE(made);
      CHECK(made->reversed().apply(made->apply(subject)) == subject);
    }
  }

  TEST_CASE("what cannot be is told in nats-server's words") {
    CHECK(why_not("a.*", "b.*") == "invalid subject");
    CHECK(why_not("a.*", "b.>") == "invalid subject");
    CHECK(why_not("a.*", "b.$2") ==
          "invalid mapping destination: wildcard index out of range in $2: [2]");
    CHECK(why_not("a", "b.$1") == "invalid mapping destination: wildcard index out of range in $1");
    CHECK(why_not("a.*", "{{foo(1)}}") ==
          "invalid mapping destination: unknown function in {{foo(1)}}");
    CHECK(why_not("a.*", "{{wildcard()}}") ==
          "invalid mapping destination: not enough arguments passed to the function in "
          "{{wildcard()}}");
    CHECK(why_not("a.*", "{{wildcard(1,2)}}") ==
          "invalid mapping destination: too many arguments passed to the function in "
          "{{wildcard(1,2)}}");
    CHECK(why_not("a.*", "{{left(1)}}") ==
          "invalid mapping destination: not enough arguments passed to the function in "
          "{{left(1)}}");
    CHECK(why_not("a.*", "{{split(x,-)}}") ==
          "invalid mapping destination: function argument is invalid or in the wrong format in "
          "{{split(x,-)}}");
    CHECK(why_not("a.*.*", "b.$1", Kind::reversible) ==
          "invalid mapping destination: not using all of the token wildcard(s) in b.$1");
    CHECK(why_not("a.*", "b.{{split(1,-)}}", Kind::reversible) ==
          "invalid mapping destination: the only mapping function allowed for import transforms is "
          "{{Wildcard()}} in {{split(1,-)}}");
  }
}

TEST_SUITE("broker: subject mappings") {
  TEST_CASE("the first mapping that matches counts, others leave subjects as they are") {
    SubjectMappings mappings;
    REQUIRE(mappings.add({"a.b", {{.subject = "one"}}}));
    REQUIRE(mappings.add({"a.*", {{.subject = "two.$1"}}}));
    CHECK(mapped(mappings, "a.b") == "one");
    CHECK(mapped(mappings, "a.c") == "two.c");
    CHECK(mapped(mappings, "b") == "(as it is)");
    REQUIRE(mappings.add({"a.b", {{.subject = "three"}}}));  // takes its place
    CHECK(mapped(mappings, "a.b") == "three");
  }

  TEST_CASE("messages are shared by weight, and what is left keeps its subject") {
    SubjectMappings mappings;
    REQUIRE(mappings.add({"a", {{"b", 20}, {"c", 30}}}));
    std::map<std::string, int> count;
    std::minstd_rand random(7);
    constexpr int kMessages = 10000;
    for (int i = 0; i < kMessages; ++i)
      ++count[*mappings.map("a", "", random)];
    CHECK(count["b"] == doctest::Approx(0.2 * kMessages).epsilon(0.15));
    CHECK(count["c"] == doctest::Approx(0.3 * kMessages).epsilon(0.15));
    CHECK(count["a"] == doctest::Approx(0.5 * kMessages).epsilon(0.15));
  }

  TEST_CASE("with the subject itself among the destinations the rest is lost") {
    SubjectMappings mappings;
    REQUIRE(mappings.add({"a", {{"a", 0}}}));
    CHECK(mapped(mappings, "a").empty());
  }

  TEST_CASE("destinations of a cluster hold there only") {
    SubjectMappings mappings;
    REQUIRE(mappings.add({"a", {{"west", 100, "WEST"}, {"other", 100}}}));
    CHECK(mapped(mappings, "a", "WEST") == "west");
    CHECK(mapped(mappings, "a", "EAST") == "other");
    CHECK(mapped(mappings, "a") == "other");
  }

  TEST_CASE("mistakes are told in nats-server's words") {
    CHECK(mistake({"a", {{"b", 60}, {"c", 50}}}) == "total weight needs to be <= 100");
    CHECK(mistake({"a", {{"b", 10}, {"b", 10}}}) == "duplicate entry for \"b\"");
    CHECK(mistake({"a", {{"b..c", 100}}}) == "invalid mapping destination: invalid subject in ");
    CHECK(mistake({"a.*", {{"{{nope(1)}}", 100}}}) ==
          "invalid mapping destination: unknown function in {{nope(1)}}");
    CHECK(mistake({"a", {{"b", 60, "X"}, {"c", 60, "Y"}}}) == "added");
  }
}
