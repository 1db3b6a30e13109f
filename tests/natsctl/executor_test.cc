#include "base/digest.h"
#include "base/files.h"
#include "exec/proc.h"
#include "exec/process_executor.h"
#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

#include <csignal>

#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

namespace fs = std::filesystem;
using exec::Signal;

// A node of this machine, and the executor for it.
struct Machine {
  support::TempDir folder;
  plan::Node node;
  std::unique_ptr<exec::Executor> executor;

  explicit Machine(int port = support::free_port()) {
    node.name = "A";
    node.client = {"127.0.0.1", port};
    node.executor.dir = folder / "A";
    again();
  }

  ~Machine() {
    const auto facts = executor->facts();
    if (facts && facts->running && !facts->running->release.empty()) {
      ::kill(facts->running->id.pid, SIGKILL);
    }
  }

  // As a new natsctl would see it: nothing is remembered but files.
  void again() { executor = exec::make_executor(node); }

  exec::Facts facts() { return *executor->facts(); }

  std::vector<std::string> args() const {
    return {"-a", "127.0.0.1", "-p", std::to_string(node.client.port)};
  }

  void until_listening() {
    support::eventually("the server listens",
                        [&] { return exec::listener_on(node.client).has_value(); });
  }

  void until_gone(const exec::ProcessId& id) {
    support::eventually("the server ends", [&] { return !*executor->runs(id); });
  }
};

plan::Release release(const support::Release& from) {
  return {from.version, from.binary, *base::sha256_of_file(from.binary)};
}

const support::Release& old_server() {
  static const auto server = support::Release::real("2.9");
  return server;
}

const support::Release& new_server() {
  static const auto server = support::Release::real("2.10");
  return server;
}

}  // namespace

TEST_SUITE("exec: process executor") {
  TEST_CASE(
      "staging changes nothing that is active, twice is once, and a wrong checksum is refused") {
    Machine machine;
    REQUIRE(machine.executor->stage(release(old_server())));
    REQUIRE(machine.executor->stage(release(old_server())));
    CHECK(machine.facts().releases == std::vector{old_server().version});
    CHECK(machine.facts().active_release == "");
    auto wrong = release(new_server());
    wrong.sha256.assign(64, '0');
    const auto refused = machine.executor->stage(wrong);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("sha256") != std::string::npos);
    CHECK(machine.facts().releases == std::vector{old_server().version});
  }

  TEST_CASE("the active release changes in one step and goes back, however often it is asked") {
    Machine machine;
    REQUIRE(machine.executor->stage(release(old_server())));
    REQUIRE(machine.executor->stage(release(new_server())));
    CHECK_FALSE(machine.executor->activate("9.9.9"));
    REQUIRE(machine.executor->activate(old_server().version));
    REQUIRE(machine.executor->activate(new_server().version));
    REQUIRE(machine.executor->activate(new_server().version));
    CHECK(machine.facts().active_release == new_server().version);
    REQUIRE(machine.executor->revert());
    REQUIRE(machine.executor->revert());
    CHECK(machine.facts().active_release == old_server().version);
  }

  TEST_CASE("a started server outlives natsctl's memory and is known again by pid and start time") {
    Machine machine;
    REQUIRE(machine.executor->stage(release(old_server())));
    REQUIRE(machine.executor->activate(old_server().version));
    const auto id = machine.executor->start({machine.args()});
    REQUIRE(id);
    CHECK_FALSE(machine.executor->start({machine.args()}));  // it runs already
    machine.until_listening();
    machine.again();
    const auto running = machine.facts().running;
    REQUIRE(running);
    CHECK(running->id == *id);
    CHECK(running->release == old_server().version);
    CHECK(running->listens == std::vector{machine.node.client.port});
    CHECK_FALSE(machine.executor->forget());
    REQUIRE(machine.executor->signal(Signal::lame_duck, *id));
    machine.until_gone(*id);
    CHECK_FALSE(machine.executor->signal(Signal::kill, *id));
    CHECK(machine.executor->last_output(3).find("ntering lame duck mode") != std::string::npos);
    REQUIRE(machine.executor->forget());
    CHECK_FALSE(fs::exists(machine.node.executor.dir));
  }

  TEST_CASE("a server started by somebody else is found by its port and taken into care as it is") {
    support::TempDir elsewhere;
    const auto binary = elsewhere / "my-nats";
    REQUIRE(base::copy_file(old_server().binary, binary, base::FileMode::executable));
    support::Release theirs = old_server();
    theirs.binary = binary;
    support::ServerProcess server({.release = theirs, .name = "A"});
    Machine machine(server.port());
    auto running = machine.facts().running;
    REQUIRE(running);
    CHECK(running->id.pid == server.pid());
    CHECK(running->binary == binary);
    CHECK(running->release == "");
    CHECK(machine.facts().active_release == "");

    fs::remove(binary);  // an upgrade by the package manager does that
    REQUIRE(machine.executor->adopt("2.9.10"));
    REQUIRE(machine.executor->adopt("2.9.10"));
    machine.again();
    CHECK(machine.facts().active_release == "2.9.10");
    CHECK(machine.facts().running->release == "2.9.10");
    CHECK(*base::sha256_of_file(*machine.executor->program("2.9.10")) ==
          *base::sha256_of_file(old_server().binary));

    server.stop();
    CHECK_FALSE(machine.facts().running);
    const auto id = machine.executor->start({machine.args()});
    REQUIRE(id);
    machine.until_listening();
    CHECK(exec::folder_of(id->pid) == fs::current_path());  // where it worked before
  }

  TEST_CASE(
      "a server in lame duck, which has left its port, is still found once it is in our care") {
    support::ServerProcess server({.release = old_server(), .name = "A"});
    Machine machine(server.port());
    REQUIRE(machine.executor->adopt("2.9.10"));
    server.signal(SIGSTOP);
    machine.again();
    CHECK(machine.facts().running->id.pid == server.pid());
    server.signal(SIGCONT);
  }

  TEST_CASE("a pid file that is older than its process is not believed") {
    support::ServerProcess server({.release = old_server(), .name = "A"});
    Machine machine;
    machine.node.pid_file = machine.folder.file("old.pid", std::to_string(server.pid()) + "\n");
    machine.again();
    CHECK_FALSE(machine.facts().running);  // that process listens on another port
    machine.node.client.port = server.port();
    machine.again();
    CHECK(machine.facts().running->id.pid == server.pid());
  }

  TEST_CASE("of two natsctl that want a node's lock, one gets it until it expires") {
    Machine machine;
    const auto now = base::WallTime(1h);
    REQUIRE(machine.executor->take_lock({"run-1", "here", now + 1min}, now));
    REQUIRE(machine.executor->take_lock({"run-1", "here", now + 2min}, now));
    const auto refused = machine.executor->take_lock({"run-2", "there", now + 1min}, now);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code == base::ErrorCode::refused);
    CHECK(refused.error().what.find("run-1") != std::string::npos);
    REQUIRE(machine.executor->release_lock("run-2"));
    CHECK((*machine.executor->lock())->owner == "run-1");
    REQUIRE(machine.executor->take_lock({"run-2", "there", now + 9min}, now + 3min));
    REQUIRE(machine.executor->release_lock("run-2"));
    CHECK_FALSE(machine.executor->lock()->has_value());
  }
}
