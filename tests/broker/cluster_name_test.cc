#include "broker/cluster/cluster_name.h"

#include <doctest/doctest.h>

using broker::ClusterName;
using Verdict = broker::ClusterName::Verdict;

TEST_SUITE("broker: cluster name") {
  TEST_CASE("a chosen name stands") {
    ClusterName name("X");
    CHECK_FALSE(name.is_dynamic());
    CHECK(name.meet("X", false) == Verdict::same);
    CHECK(name.meet("Y", false) == Verdict::conflict);
    CHECK(name.meet("Y", true) == Verdict::conflict);
    CHECK(name.text() == "X");
  }

  TEST_CASE("a name that was made up gives way to a chosen one") {
    ClusterName name("");
    CHECK(name.is_dynamic());
    CHECK(name.text().size() == 22);
    CHECK(name.meet("!chosen", false) == Verdict::adopted);
    CHECK(name.text() == "!chosen");
  }

  TEST_CASE("of two names that were made up the greater one stays, whoever asks") {
    ClusterName one("");
    ClusterName other("");
    const std::string first = one.text();
    const std::string second = other.text();
    const auto by_one = one.meet(second, true);
    const auto by_other = other.meet(first, true);
    CHECK(one.text() == std::max(first, second));
    CHECK(other.text() == std::max(first, second));
    CHECK((by_one == Verdict::adopted) != (by_other == Verdict::adopted));
  }

  TEST_CASE("no name is no name to take") {
    ClusterName name("");
    CHECK(name.meet("", false) == Verdict::conflict);
  }
}
