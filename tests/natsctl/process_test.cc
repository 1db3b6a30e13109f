#include "exec/process.h"

#include "base/files.h"
#include "exec/listeners.h"
#include "exec/listening_sockets.h"
#include "exec/proc.h"
#include "tests/support/eventually.h"
#include "tests/support/temp_dir.h"

#include <algorithm>
#include <csignal>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace std::chrono_literals;

namespace {

exec::Command shell(const std::string& script, base::nanoseconds timeout = 20s) {
  return {{"/bin/sh", "-c", script}, timeout};
}

std::string text_of(const std::filesystem::path& file) {
  const auto text = base::read_file(file);
  return text ? *text : "";
}

}  // namespace

TEST_SUITE("exec: process") {
  TEST_CASE("a command's exit code and both its outputs are told") {
    const auto outcome = exec::run_command(shell("echo out; echo err >&2; exit 7"));
    REQUIRE(outcome);
    CHECK(outcome->status == 7);
    CHECK(outcome->output == "out\nerr\n");
  }

  TEST_CASE("a command ended by a signal has 128 and the signal as its status") {
    const auto outcome = exec::run_command(shell("kill -9 $$"));
    REQUIRE(outcome);
    CHECK(outcome->status == 137);
  }

  TEST_CASE("a command that hangs is ended at its deadline, with all that it started") {
    support::TempDir folder;
    const auto file = (folder / "pid").string();
    const auto began = std::chrono::steady_clock::now();
    const auto outcome =
        exec::run_command(shell("echo begun; sleep 60 & echo $! > " + file + "; wait", 500ms));
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == base::ErrorCode::timeout);
    CHECK(outcome.error().what.find("begun") != std::string::npos);
    CHECK(std::chrono::steady_clock::now() - began < 15s);
    const int grandchild = std::stoi(text_of(file));
    support::eventually("the grandchild is gone", [&] { return !exec::identify(grandchild); });
  }

  TEST_CASE("a command is done when it ends, also when something it left behind holds its output") {
    const auto began = std::chrono::steady_clock::now();
    const auto outcome = exec::run_command(shell("sleep 5 & echo done", 20s));
    REQUIRE(outcome);
    CHECK(outcome->output == "done\n");
    CHECK(std::chrono::steady_clock::now() - began < 4s);
  }

  TEST_CASE("a program that is not there is an error that names it") {
    const auto outcome = exec::run_command({{"/nowhere/nats-server", "-v"}});
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == base::ErrorCode::not_found);
    CHECK(outcome.error().what.find("/nowhere/nats-server") != std::string::npos);
  }

  TEST_CASE("a variable for a command takes the place of ours") {
    auto command = shell("echo $NATSCTL_NODE");
    command.environment = {{"NATSCTL_NODE", "A"}};
    CHECK(exec::run_command(command)->output == "A\n");
  }

  TEST_CASE("a detached server has its own session, no signal blocked and no descriptor of ours") {
    support::TempDir folder;
    const int leaky = ::open("/dev/null", O_RDONLY);  // not close-on-exec
    sigset_t blocked;
    sigset_t before;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    const auto pid =
        exec::start_detached({{"/bin/sh",
                               "-c",
                               "ls /proc/self/fd | wc -l; grep SigBlk /proc/self/status;"
                               "[ $(ps -o sid= -p $$) = $$ ] && echo own session"},
                              folder / "log",
                              {},
                              {}});
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(leaky);
    REQUIRE(pid);
    ::waitpid(*pid, nullptr, 0);
    const auto said = text_of(folder / "log");
    CAPTURE(said);
    CHECK(said.find("4\n") == 0);  // 0, 1, 2 and the folder that ls itself has open
    CHECK(said.find("SigBlk:\t0000000000000000") != std::string::npos);
    CHECK(said.find("own session") != std::string::npos);
  }

  TEST_CASE("a zombie is no running process, and a pid alone is no identity") {
    const auto pid = exec::start_detached({{"/bin/sleep", "60"}, "/dev/null", {}, {}});
    REQUIRE(pid);
    const auto id = exec::identify(*pid);
    REQUIRE(id);
    CHECK(exec::is_alive(*id));
    CHECK_FALSE(exec::is_alive({id->pid, id->start_ticks + 1}));
    ::kill(*pid, SIGKILL);
    support::eventually("it ends", [&] { return !exec::is_alive(*id); });
    CHECK(exec::reap(*pid));
  }

  TEST_CASE("the kernel and its table tell of the same listeners, and of no connection") {
    const auto told = exec::listening_sockets();
    REQUIRE_MESSAGE(told, (told ? "" : told.error().what));
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size);
    const int port = ntohs(address.sin_port);
    const auto there = [&](const std::vector<exec::Listener>& listeners) {
      return std::find_if(listeners.begin(), listeners.end(), [&](const auto& listener) {
        return listener.port == port && listener.host == "127.0.0.1";
      });
    };
    const auto bound_only = *exec::listening_sockets();
    CHECK(there(bound_only) == bound_only.end());
    REQUIRE(::listen(fd, 1) == 0);
    const auto now = *exec::listening_sockets();
    const auto table = exec::parse_listeners(text_of("/proc/net/tcp"));
    REQUIRE(there(now) != now.end());
    REQUIRE(there(table) != table.end());
    CHECK(there(now)->inode == there(table)->inode);
    ::close(fd);
  }

  TEST_CASE("listening sockets are read from the kernel's table, whatever they are bound to") {
    const auto found = exec::parse_listeners(
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
        "timeout inode\n"
        "   0: 0100007F:107E 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        "
        "0 4711 1\n"
        "   1: 0100007F:C0DE 0100007F:107E 01 00000000:00000000 00:00000000 00000000     0        "
        "0 4712 1\n"
        "   2: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A "
        "00000000:00000000 00:00000000 00000000  0 0 4713 1\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].host == "127.0.0.1");
    CHECK(found[0].port == 4222);
    CHECK(found[0].inode == 4711);
    CHECK(found[1].host == "::");
    CHECK(found[1].on_all_hosts());
  }
}
