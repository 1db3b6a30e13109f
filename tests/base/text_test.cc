#include "base/text.h"

#include <doctest/doctest.h>

TEST_SUITE("base: text") {
  TEST_CASE("split gives every piece, also empty ones, and join puts them back") {
    for (const auto* text : {"", "a", "a,b", ",", "a,,b,"}) {
      CHECK(base::join(base::split(text, ','), ",") == text);
    }
    CHECK(base::split("a,,b", ',') == std::vector<std::string>{"a", "", "b"});
    CHECK(base::split("", ',').size() == 1);
  }

  TEST_CASE("trim takes blanks from both ends only") {
    CHECK(base::trim("  a b\t\r\n") == "a b");
    CHECK(base::trim(" \n") == "");
  }

  TEST_CASE("a number is the whole text or an error that quotes it") {
    CHECK(*base::parse_int("-12") == -12);
    for (const auto* text : {"", "12a", " 1", "1.5", "99999999999999999999"}) {
      const auto number = base::parse_int(text);
      REQUIRE_FALSE(number);
      CHECK(number.error().what.find(std::string("'") + text + "'") != std::string::npos);
    }
    CHECK(*base::parse_float("1.5") == 1.5);
    CHECK_FALSE(base::parse_float("1.5x"));
  }

  TEST_CASE("case is ignored for ASCII alone") {
    CHECK(base::equals_ignoring_case("SuB", "sUb"));
    CHECK_FALSE(base::equals_ignoring_case("sub", "subs"));
    CHECK(base::lower("ÄB") == "Äb");
  }

  TEST_CASE("the nearest word is one that may have been meant, or none") {
    const std::vector<std::string> known = {"client", "route", "monitor"};
    CHECK(base::nearest("clinet", known) == "client");
    CHECK(base::nearest("Routes", known) == "route");
    CHECK(base::nearest("executor", known) == "");
    CHECK(base::nearest("x", {}) == "");
  }

  TEST_CASE("one is said without s") {
    CHECK(base::count_of(1, "node") == "1 node");
    CHECK(base::count_of(0, "node") == "0 nodes");
  }
}
