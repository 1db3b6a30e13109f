#include "broker/server/lame_duck.h"

#include <doctest/doctest.h>

using namespace broker;
using namespace std::chrono_literals;

TEST_SUITE("broker: lame duck") {
  TEST_CASE("closes are spread over the window, but never more than a second apart") {
    CHECK(lame_duck_pace(110s, 1100) == LameDuckPace{100ms, 1});
    CHECK(lame_duck_pace(110s, 6) == LameDuckPace{1s, 1});
    CHECK(lame_duck_pace(110s, 1) == LameDuckPace{1s, 1});
  }

  TEST_CASE("more clients than nanoseconds go in batches") {
    CHECK(lame_duck_pace(10ns, 100) == LameDuckPace{1ns, 10});
    CHECK(lame_duck_pace(0ns, 100) == LameDuckPace{1ns, 100});
  }
}
