#include "contract/version.h"

#include <doctest/doctest.h>

using contract::Version;

namespace {

Version v(const char* text) {
  return *Version::parse(text);
}

}  // namespace

TEST_SUITE("contract: version") {
  TEST_CASE("a version is read as servers report it, with or without a leading v") {
    for (const char* text :
         {"2.10.27", "2.11.1-binary", "2.12.0-RC.1", "2.15.0-dev+abc", "0.0.1"}) {
      CAPTURE(text);
      CHECK(v(text).text() == text);
      CHECK(v((std::string("v") + text).c_str()).text() == text);
    }
    CHECK(v("2.10.27").minor == 10);
    CHECK(v("2.11.1-binary").suffix == "binary");
  }

  TEST_CASE("versions are ordered by their numbers, not by their text") {
    const char* ordered[] = {"2.9.10",
                             "2.10.0-RC.1",
                             "2.10.0-RC.2",
                             "2.10.0-RC.10",
                             "2.10.0-RC.x",
                             "2.10.0",
                             "2.10.27",
                             "2.15.1",
                             "3.0.0-dev",
                             "3.0.0"};
    for (std::size_t i = 0; i + 1 < std::size(ordered); ++i) {
      CAPTURE(ordered[i]);
      CHECK(v(ordered[i]) < v(ordered[i + 1]));
      CHECK_FALSE(v(ordered[i + 1]) < v(ordered[i]));
    }
    CHECK(v("2.10.27") == v("v2.10.27"));
    CHECK(v("2.10.27+a") == v("2.10.27+b"));
  }

  TEST_CASE("what is no version is refused and quoted") {
    for (const char* text :
         {"", "v", "2", "2.10", "2.10.27.1", "2.x.1", "2.10.-1", "latest", "2.10.27-", " 2.1.1"}) {
      CAPTURE(text);
      const auto version = Version::parse(text);
      REQUIRE_FALSE(version);
      CHECK(version.error().what == "'" + std::string(text) + "' is not a version such as 2.10.27");
    }
  }
}
