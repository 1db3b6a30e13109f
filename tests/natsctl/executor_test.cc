#include "base/digest.h"
#include "base/files.h"
#include "exec/make_executor.h"
#include "exec/proc.h"
#include "tests/support/executor_promises.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

#include <csignal>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using support::old_server;

// A node of this machine. By itself its server is a plain process in natsctl's own hands.
struct Here : support::Machine {
  support::TempDir folder;
  std::unique_ptr<support::ServerProcess> foreign;

  explicit Here(int port = support::free_port()) {
    node.name = "A";
    node.client = {"127.0.0.1", port};
    node.executor.dir = folder / "A";
    again();
  }

  ~Here() override { end_server(); }

  void start_foreign() override {
    foreign = std::make_unique<support::ServerProcess>(
        support::ServerSettings{.release = old_server(), .name = "A", .port = node.client.port});
  }

  void stop_foreign() override { foreign->stop(); }
};

// The same through the script that hosts behind ssh run, with the operator's own start command.
struct HereByCommand : Here {
  HereByCommand() {
    node.executor.start = fmt::format(
        "setsid \"$NATSCTL_PROGRAM\" -a 127.0.0.1 -p {} >>{}/server.log 2>&1 </dev/null &",
        node.client.port,
        node.executor.dir.string());
    again();
  }
};

}  // namespace

TEST_SUITE("exec: process executor") {
  TEST_CASE("a process of this machine: every promise holds") {
    for (const auto& promise : support::executor_promises()) {
      SUBCASE(promise.sentence) {
        Here machine;
        promise.holds(machine);
      }
    }
  }

  TEST_CASE("a start command of this machine: every promise holds") {
    for (const auto& promise : support::executor_promises()) {
      SUBCASE(promise.sentence) {
        HereByCommand machine;
        promise.holds(machine);
      }
    }
  }

  TEST_CASE("a server started by somebody else is found by its port and taken into care as it is") {
    support::TempDir elsewhere;
    const auto binary = elsewhere / "my-nats";
    REQUIRE(base::copy_file(old_server().binary, binary, base::FileMode::executable));
    support::Release theirs = old_server();
    theirs.binary = binary;
    support::ServerProcess server({.release = theirs, .name = "A"});
    Here machine(server.port());
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
    Here machine(server.port());
    REQUIRE(machine.executor->adopt("2.9.10"));
    server.signal(SIGSTOP);
    machine.again();
    CHECK(machine.facts().running->id.pid == server.pid());
    server.signal(SIGCONT);
  }

  TEST_CASE("a pid file that is older than its process is not believed") {
    support::ServerProcess server({.release = old_server(), .name = "A"});
    Here machine;
    machine.node.pid_file = machine.folder.file("old.pid", std::to_string(server.pid()) + "\n");
    machine.again();
    CHECK_FALSE(machine.facts().running);  // that process listens on another port
    machine.node.client.port = server.port();
    machine.again();
    CHECK(machine.facts().running->id.pid == server.pid());
  }
}
