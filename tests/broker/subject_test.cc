#include "broker/subjects/subject.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace broker;

TEST_SUITE("broker: subjects") {
  TEST_CASE("which are valid") {
    for (const char* good : {"a",
                             "a.b",
                             "*",
                             ">",
                             "a.*",
                             "a.>",
                             "*.b.>",
                             "a*",
                             "*a.b",
                             ">a.b",
                             "a>.b",
                             "$SYS.x",
                             "ä.b"}) {
      CAPTURE(good);
      CHECK(is_valid_subject(good));
    }
    for (const char* bad :
         {"", ".", "a.", ".a", "a..b", "a.>.b", ">.a", "a b", "a\tb", "a\r", "a\n.b"}) {
      CAPTURE(bad);
      CHECK_FALSE(is_valid_subject(bad));
    }
  }

  TEST_CASE("which may be published to") {
    CHECK(is_literal_subject("a.b"));
    CHECK(is_literal_subject("a*.b"));
    CHECK_FALSE(is_literal_subject("a.*"));
    CHECK_FALSE(is_literal_subject(">"));
    CHECK_FALSE(is_literal_subject("a..b"));
  }

  TEST_CASE("filters and the subjects they match") {
    struct Row {
      const char* filter;
      const char* subject;
      bool yes;
    };

    for (const Row& row : std::vector<Row>{{"a", "a", true},
                                           {"a", "b", false},
                                           {"a", "a.b", false},
                                           {"a.b", "a", false},
                                           {"*", "a", true},
                                           {"*", "a.b", false},
                                           {"a.*", "a.b", true},
                                           {"a.*", "a", false},
                                           {"*.b", "a.b", true},
                                           {">", "a", true},
                                           {">", "a.b.c", true},
                                           {"a.>", "a", false},
                                           {"a.>", "a.b.c", true},
                                           {"a.*.c", "a.b.c", true},
                                           {"a*", "ab", false},
                                           {"a*", "a*", true},
                                           {"a.>", "a..b", false},
                                           {">", "a..b", true}}) {
      CAPTURE(row.filter);
      CAPTURE(row.subject);
      CHECK(matches(row.filter, row.subject) == row.yes);
    }
  }

  TEST_CASE("a filter covers another when it matches all that the other does") {
    CHECK(covers(">", "a.*"));
    CHECK(covers("a.>", "a.*.c"));
    CHECK(covers("a.*", "a.*"));
    CHECK(covers("a.*", "a.b"));
    CHECK_FALSE(covers("a.*", "a.>"));
    CHECK_FALSE(covers("a.b", "a.*"));
    CHECK_FALSE(covers("a.*", "a.b.c"));
  }

  TEST_CASE("filters overlap when some subject matches both") {
    CHECK(overlaps("a.*", "*.b"));
    CHECK(overlaps(">", "a.b"));
    CHECK(overlaps("a.>", "*.b.c"));
    CHECK_FALSE(overlaps("a.*", "b.*"));
    CHECK_FALSE(overlaps("a.*", "a.b.c"));
    CHECK_FALSE(overlaps("a", "a.>"));
  }
}
