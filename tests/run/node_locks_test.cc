#include "run/node_locks.h"

#include "tests/run/run_world.h"

#include <doctest/doctest.h>

using Holder = run::NodeLocks::Holder;
using run_world::World;

TEST_SUITE_BEGIN("run: node locks");

TEST_CASE("an owner is a run and a process, and reads back as it was written") {
  const run::LockOwner owner{.run = "20261124-demo-5c0f1e", .process = "4711.99", .host = "here"};
  const auto read = run::LockOwner::parse(owner.text());
  CHECK(read.run == owner.run);
  CHECK(read.process == owner.process);
  CHECK(run::LockOwner::parse("20261124-demo-5c0f1e").run == owner.run);
  CHECK(run::LockOwner::parse("20261124-demo-5c0f1e").process.empty());
}

TEST_CASE("a node that another run has locked is not touched, and neither is any other") {
  World world;
  world.executor("B").held = exec::Executor::Lock{
      .owner = "another", .host = "there", .expires = world.clock.wall() + std::chrono::minutes(5)};
  const auto outcome = world.upgrade();
  CHECK(outcome.exit_code == run::kLocked);
  CHECK(world.servers["A"].starts.empty());
  CHECK(world.servers["C"].starts.empty());
  CHECK_FALSE(world.executor("A").held);
}

TEST_CASE(
    "the lock of a run that died on this host is taken over, one of another host only when it ran "
    "out") {
  World world;
  const auto expires = world.clock.wall() + std::chrono::minutes(5);
  world.executor("A").held =
      exec::Executor::Lock{.owner = "ours", .host = "here", .expires = expires};
  world.orders.look_at = [](const std::string&) { return Holder::dead_and_ours; };
  CHECK(world.upgrade().exit_code == run::kVerified);

  World later;
  later.executor("A").held =
      exec::Executor::Lock{.owner = "ours", .host = "there", .expires = expires};
  later.orders.look_at = [](const std::string&) { return Holder::dead_and_ours; };
  later.clock.advance(std::chrono::minutes(6));
  CHECK(later.upgrade().exit_code == run::kVerified);
}

TEST_CASE("a lock that somebody must vouch for is taken over when somebody does, and only then") {
  struct Case {
    std::string host;
    Holder holder;
    bool may;
  };

  for (const auto& [host, holder, may] : {Case{"here", Holder::dead, true},
                                          Case{"there", Holder::alive, true},
                                          Case{"here", Holder::alive, false}}) {
    CAPTURE(host);
    for (const bool vouched : {false, true}) {
      World world;
      world.executor("B").held =
          exec::Executor::Lock{.owner = "another",
                               .host = host,
                               .expires = world.clock.wall() + std::chrono::minutes(5)};
      world.orders.look_at = [holder = holder](const std::string&) { return holder; };
      world.orders.take_over = vouched;
      const auto outcome = world.upgrade();
      CHECK(outcome.exit_code == (vouched && may ? run::kVerified : run::kLocked));
      if (vouched) continue;
      CHECK(world.servers["A"].starts.empty());
      CHECK((outcome.text.find("--take-over") != std::string::npos) == may);
    }
  }
}

TEST_CASE("a lock that was taken from us before a change stops the run") {
  World world;
  world.when_waiting = [&](const std::string& step) {
    if (step != "B/check") return;
    world.executor("B").held =
        exec::Executor::Lock{.owner = "another",
                             .host = "there",
                             .expires = world.clock.wall() + std::chrono::minutes(5)};
  };
  CHECK(world.upgrade().exit_code == run::kLocked);
  CHECK(world.servers["B"].starts.empty());
}

TEST_SUITE_END();
