#include "base/problem.h"

#include "base/result.h"

#include <doctest/doctest.h>

namespace {

base::Result<int> half(int number) {
  if (number % 2 != 0) return base::Error(base::ErrorCode::invalid, "odd");
  return number / 2;
}

base::Result<int> quarter(int number) {
  const int once = TRY(half(number));
  return TRY(half(once));
}

}  // namespace

TEST_SUITE("base: problems and results") {
  TEST_CASE("problems are told by place, whatever order they were found in") {
    const base::Problems problems = {
        {"b", 1, 1, "third"}, {"a", 10, 1, "second"}, {"a", 9, 5, "first", "do this"}};
    CHECK(base::to_text(problems) == "a:9:5: first; do this\na:10:1: second\nb:1:1: third\n");
  }

  TEST_CASE("a problem without a place or a file is a sentence") {
    CHECK(base::Problem{"", 0, 0, "no such file"}.text() == "no such file");
    CHECK(base::Problem{"a", 0, 0, "empty"}.text() == "a: empty");
  }

  TEST_CASE("TRY gives the value or hands the error on, and in() says where it was") {
    CHECK(*quarter(8) == 2);
    CHECK(quarter(6).error().what == "odd");
    CHECK(quarter(7).error().in("7").what == "7: odd");
  }
}
