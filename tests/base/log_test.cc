#include "base/log.h"

#include <doctest/doctest.h>

TEST_CASE("a line for which the log's disk has no room is lost, and nothing ends for that") {
  base::log::Settings settings;
  settings.file = "/dev/full";
  REQUIRE(base::log::configure(settings));
  CHECK_NOTHROW(base::log::info("nobody will read this"));
  REQUIRE(base::log::configure({}));
}
