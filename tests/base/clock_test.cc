#include "base/clock.h"

#include <thread>

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_SUITE("base: clock") {
  TEST_CASE("a wait lasts as long as it was asked to") {
    const auto clock = base::system_clock();
    const auto before = clock->now();
    CHECK(clock->wait(5ms, {}));
    CHECK(clock->now() - before >= 5ms);
  }

  TEST_CASE("a stop ends a wait at once, also one that was requested before") {
    const auto clock = base::system_clock();
    std::stop_source stop;
    const auto before = clock->now();
    const std::jthread stopper([&] { stop.request_stop(); });
    CHECK_FALSE(clock->wait(1h, stop.get_token()));
    CHECK_FALSE(clock->wait(1h, stop.get_token()));
    CHECK(clock->now() - before < 1min);
  }
}
