#include "run/run_store.h"

#include "tests/support/fake_clock.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

TEST_SUITE_BEGIN("run: store");

class StoreFixture {
 protected:
  std::string add(const std::string& cluster) { return *store_.add(cluster, clock_.wall()); }

  support::TempDir folder_;
  support::FakeClock clock_;
  run::RunStore store_{folder_.path()};
};

TEST_CASE_FIXTURE(StoreFixture, "a run's id tells when and where, and the newest sorts last") {
  const auto begins = [](const std::string& run, const std::string& with) {
    CAPTURE(run);
    CHECK(run.rfind(with, 0) == 0);
  };
  begins(add("demo"), "20260101-000000-demo-");
  begins(add("demo"), "20260101-000001-demo-");
  begins(add("../my cluster!"), "20260101-000002-my-cluster-");
  const auto last = add("");
  begins(last, "20260101-000003-cluster-");
  CHECK(store_.runs().size() == 4);
  CHECK(*store_.find("") == last);
}

TEST_CASE_FIXTURE(StoreFixture, "two machines that begin in the same second have two ids") {
  const support::TempDir elsewhere;
  CHECK(add("demo") != *run::RunStore(elsewhere.path()).add("demo", clock_.wall()));
}

TEST_CASE_FIXTURE(StoreFixture, "no id means the newest run, and a part of one is enough") {
  const auto first = add("alpha");
  clock_.advance(std::chrono::minutes(1));
  const auto second = add("beta");
  CHECK(*store_.find("") == second);
  CHECK(*store_.find("alpha") == first);
  CHECK(*store_.find(first) == first);
  CHECK_FALSE(store_.find("2026"));
  CHECK_FALSE(store_.find("gamma"));
}

TEST_CASE_FIXTURE(StoreFixture, "the lock is held by one, and the other is told by whom") {
  {
    const auto mine = store_.lock({.who = "natsctl upgrade", .run = "run-1"});
    REQUIRE(mine);
    const auto other = store_.lock({.who = "natsctl resume", .run = "run-2"});
    REQUIRE_FALSE(other);
    CHECK(other.error().code == base::ErrorCode::refused);
    CHECK(other.error().what.find("natsctl upgrade") != std::string::npos);
    REQUIRE(store_.holder());
    CHECK(store_.holder()->run == "run-1");
  }
  CHECK_FALSE(store_.holder());
  CHECK(store_.lock({.who = "natsctl resume", .run = "run-2"}));
}

TEST_CASE_FIXTURE(StoreFixture,
                  "what is asked of a run is read at another terminal, and forgotten") {
  const auto run = add("demo");
  CHECK_FALSE(store_.asked(run));
  REQUIRE(store_.ask(run, run::Wish::pause));
  CHECK(store_.asked(run) == run::Wish::pause);
  REQUIRE(store_.ask(run, run::Wish::rollback));
  CHECK(store_.asked(run) == run::Wish::rollback);
  store_.forget_what_was_asked(run);
  CHECK_FALSE(store_.asked(run));
}

TEST_SUITE_END();
