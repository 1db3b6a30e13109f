#include "tests/containers/engine_lab.h"

#include <atomic>
#include <thread>

#include <doctest/doctest.h>

namespace {

// One engine for all promises: starting it takes longer than most of them.
void every_promise_holds(const std::string& type) {
  containers::EngineLab engine(type);
  for (const auto& server : {support::old_server(), support::new_server()})
    engine.load(engine.archive_of(server, containers::image_of(server)));
  for (const auto& promise : support::executor_promises()) {
    CAPTURE(promise.sentence);
    containers::ContainerMachine machine(engine);
    promise.holds(machine);
  }
}

// Its containers run on meanwhile: Docker's with live-restore, Podman's always.
void a_restart_is_waited_for(const std::string& type) {
  containers::EngineLab engine(type);
  engine.load(
      engine.archive_of(support::old_server(), containers::image_of(support::old_server())));
  containers::ContainerMachine machine(engine);
  machine.start_foreign();
  const auto found = machine.facts().running;
  REQUIRE(found);
  std::atomic<bool> over = false;
  std::string trouble;
  std::thread restart([&] {
    try {
      engine.restart();
    } catch (const std::exception& failed) {
      trouble = failed.what();
    }
    over = true;
  });
  int looks = 0;
  while (!over) {
    const auto facts = machine.executor->facts();
    if (!facts && facts.error().code == base::ErrorCode::timeout) continue;  // cut off in an answer
    CHECK_MESSAGE((facts && facts->running && facts->running->id == found->id),
                  (facts ? "it is another server" : facts.error().what));
    ++looks;
  }
  restart.join();
  REQUIRE(trouble == "");
  CHECK(looks > 0);
  CHECK(machine.facts().running->id == found->id);
}

}  // namespace

TEST_SUITE("exec: containers") {
  TEST_CASE("a container of Docker: every promise holds") {
    every_promise_holds("docker");
  }

  TEST_CASE("a container of Podman: every promise holds") {
    every_promise_holds("podman");
  }

  TEST_CASE("a Docker that is restarted is waited for") {
    a_restart_is_waited_for("docker");
  }

  TEST_CASE("a Podman that is restarted is waited for") {
    a_restart_is_waited_for("podman");
  }
}
