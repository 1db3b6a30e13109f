#include "watch/client_library.h"

#include <doctest/doctest.h>

namespace {

contract::ConnInfo client(const std::string& lang, const std::string& version) {
  contract::ConnInfo info;
  info.lang = lang;
  info.version = version;
  return info;
}

}  // namespace

TEST_SUITE("watch: client libraries") {
  TEST_CASE("a library hears lame duck from the version on that can tell it") {
    using watch::Hears;
    CHECK(watch::hears_lame_duck("go", "1.31.0") == Hears::tells);
    CHECK(watch::hears_lame_duck("go", "1.10.0") == Hears::never);
    CHECK(watch::hears_lame_duck("C", "3.4.1") == Hears::tells);
    CHECK(watch::hears_lame_duck("python3", "2.9.0") == Hears::never);
    CHECK(watch::hears_lame_duck("python3", "2.15.0") == Hears::tells);
    CHECK(watch::hears_lame_duck("ruby", "2.4.0") == Hears::never);
    CHECK(watch::hears_lame_duck("haskell", "1.0.0") == Hears::unknown);
    CHECK(watch::hears_lame_duck("go", "") == Hears::unknown);
  }

  TEST_CASE("clients are counted by library and version, the most used first") {
    const auto libraries = watch::libraries_of(
        {client("ruby", "2.4.0"), client("go", "1.31.0"), client("go", "1.31.0")});
    REQUIRE(libraries.size() == 2);
    CHECK(libraries[0].clients == 2);
    CHECK(libraries[0].name() == "go 1.31.0");
  }

  TEST_CASE("natsctl's own connections that move by themselves are no clients") {
    auto own = client("C", "3.4.1");
    own.name = "natsctl system";
    CHECK(watch::libraries_of({own}).empty());
    CHECK(watch::is_own(own));
    own.name = "natsctl probe, plain";  // it does as clients do
    CHECK_FALSE(watch::moves_by_itself(own));
    CHECK(watch::is_own(own));
    own.name = "natsctl sub";  // somebody's
    CHECK_FALSE(watch::is_own(own));
  }
}
