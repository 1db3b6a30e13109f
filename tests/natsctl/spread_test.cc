#include "actions/spread.h"

#include <doctest/doctest.h>

using namespace actions;

TEST_SUITE("actions: spread") {
  TEST_CASE("what is above the mean is too much, and whole clients set a bound") {
    const Load load = {{"A", 61}, {"B", 29}, {"C", 0}};
    CHECK(spread_of(load).max_over_mean() == doctest::Approx(61.0 / 30));
    CHECK(excess(load) == Load{{"A", 31}});
    CHECK(why_not_more_even(load, 1.2).empty());
    CHECK(why_not_more_even({{"A", 4}, {"B", 0}, {"C", 0}}, 1.2).empty());
    CHECK(why_not_more_even({{"A", 2}, {"B", 2}, {"C", 0}}, 1.2) ==
          "4 clients on 3 servers cannot be more even than 1.50 times the mean");
    CHECK(spread_of({{"A", 0}, {"B", 0}}).max_over_mean() == doctest::Approx(1));
    CHECK(excess({{"A", 34}, {"B", 35}, {"C", 21}}) == Load{{"A", 4}, {"B", 5}});
  }
}
