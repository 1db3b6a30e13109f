#include "base/units.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

TEST_SUITE("base: units") {
  TEST_CASE("durations are read as Go reads them") {
    const std::vector<std::pair<const char*, base::nanoseconds>> rows = {{"30s", 30s},
                                                                         {"2m30s", 150s},
                                                                         {"1.5h", 90min},
                                                                         {"250ms", 250ms},
                                                                         {"0", 0s},
                                                                         {"10us", 10us},
                                                                         {"10µs", 10us},
                                                                         {"5ns", 5ns},
                                                                         {"-3s", -3s},
                                                                         {" 1s ", 1s}};
    for (const auto& [text, duration] : rows) {
      CAPTURE(text);
      REQUIRE(base::parse_duration(text));
      CHECK(*base::parse_duration(text) == duration);
    }
  }

  TEST_CASE("what is no duration is refused with an example of one") {
    for (const auto* text : {"", "30", "s", "1 s", "1x", "1s2", "--1s", "1..5s", "999999999h"}) {
      CAPTURE(text);
      const auto duration = base::parse_duration(text);
      REQUIRE_FALSE(duration);
      CHECK(duration.error().what.find("2m30s") != std::string::npos);
    }
  }

  TEST_CASE("a duration written for people reads back the same") {
    for (const auto duration : {0ms, 1ms, 999ms, 1000ms, 1500ms, 61000ms, 3600000ms, 3723004ms}) {
      CHECK(*base::parse_duration(base::format_duration(duration)) == duration);
    }
    CHECK(base::format_duration(150s) == "2m30s");
    CHECK(base::format_duration(-1500ms) == "-1.5s");
  }

  TEST_CASE("a duration as Go prints it reads back to the nanosecond") {
    const std::vector<std::pair<base::nanoseconds, const char*>> rows = {
        {0ns, "0s"},
        {129us, "129µs"},
        {100675538ns, "100.675538ms"},
        {90s, "1m30s"},
        {3600s, "1h0m0s"}};
    for (const auto& [duration, text] : rows) {
      CHECK(base::format_go_duration(duration) == text);
      CHECK(*base::parse_duration(text) == duration);
    }
  }

  TEST_CASE("uptime is shown as nats-server shows it") {
    CHECK(base::format_uptime(3s) == "3s");
    CHECK(base::format_uptime(63s) == "1m3s");
    CHECK(base::format_uptime(3600s) == "1h0m0s");
    CHECK(base::format_uptime(25h) == "1d1h0m0s");
    CHECK(base::format_uptime(std::chrono::hours(24 * 366)) == "1y1d0h0m0s");
  }

  TEST_CASE("sizes are whole where they are whole") {
    CHECK(base::format_bytes(812) == "812 B");
    CHECK(base::format_bytes(8192) == "8 KiB");
    CHECK(base::format_bytes(1536) == "1.5 KiB");
    CHECK(base::format_bytes(64 << 20) == "64 MiB");
  }

  TEST_CASE("a moment reads back the same, from any zone") {
    for (const auto* text :
         {"2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789Z", "1999-12-31T23:59:59.5Z"}) {
      REQUIRE(base::parse_time(text));
      CHECK(base::format_time(*base::parse_time(text)) == text);
    }
    CHECK(*base::parse_time("2026-01-02T03:04:05+02:00") ==
          *base::parse_time("2026-01-02T01:04:05Z"));
    for (const auto* text : {"", "yesterday", "2026-01-02", "2026-01-02T03:04:05"})
      CHECK_FALSE(base::parse_time(text));
  }
}
