#include "base/json.h"

#include <doctest/doctest.h>

using base::Json;

TEST_SUITE("base: JSON") {
  TEST_CASE("what is written reads back the same, in the same order") {
    for (const auto* text : {"null",
                             "true",
                             "-1",
                             "18446744073709551615",
                             "1.5",
                             "\"a\\n\\\"b\\u00e9\"",
                             "[]",
                             "{}",
                             R"({"b":1,"a":[1,"x",null,{"c":false}]})"}) {
      const auto json = Json::parse(text);
      REQUIRE(json);
      CHECK(*Json::parse(json->dump()) == *json);
      CHECK(*Json::parse(json->dump_pretty()) == *json);
    }
    CHECK(Json::parse(R"({"b":1,"a":2})")->dump() == R"({"b":1,"a":2})");
  }

  TEST_CASE("what is no JSON is an error, never a crash") {
    for (const auto* text : {"", "{", "[1,]", "{\"a\":}", "nul", "1 2", "\"\\u12\"", "\xff"}) {
      CAPTURE(text);
      CHECK_FALSE(Json::parse(text));
    }
    CHECK_FALSE(Json::parse(std::string(10000, '[')));
  }

  TEST_CASE("reading another kind gives what the caller would have otherwise") {
    const auto json = *Json::parse(R"({"n":5,"s":"x","l":["a","b"]})");
    CHECK(json["s"].integer(7) == 7);
    CHECK(json["n"].text("none") == "none");
    CHECK(json["missing"]["deeper"].items().empty());
    CHECK(json["l"].texts() == std::vector<std::string>{"a", "b"});
    CHECK(json.find("missing") == nullptr);
  }

  TEST_CASE("a field set twice has the later value in its first place") {
    auto json = Json::object({{"a", 1}, {"b", 2}});
    json.set("a", 3);
    CHECK(json.dump() == R"({"a":3,"b":2})");
  }

  TEST_CASE("null becomes an object or an array when it is filled") {
    Json object;
    object.set("a", 1);
    Json array;
    array.push("x");
    CHECK(object.dump() == R"({"a":1})");
    CHECK(array.dump() == R"(["x"])");
  }

  TEST_CASE("numbers above what a signed one holds stay exact") {
    CHECK(Json::parse("18446744073709551615")->unsigned_integer() == 18446744073709551615ULL);
  }
}
