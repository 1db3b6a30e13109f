#include "exec/host_executor.h"
#include "exec/shell.h"
#include "exec/systemd_unit.h"
#include "exec/transport.h"

#include <doctest/doctest.h>

namespace {

using base::ErrorCode;
using exec::HostAnswer;

// Debian 12's unit of nats-server 2.9.10, as `systemctl show` tells it.
std::vector<std::string> debians_unit() {
  return {"LoadState=loaded",
          "UnitFileState=enabled",
          "NeedDaemonReload=no",
          "ExecStop={ path=/bin/kill ; argv[]=/bin/kill -s SIGINT $MAINPID ; pid=0 }",
          "KillSignal=15",
          "TimeoutStopUSec=1min 30s",
          "Restart=no",
          "LimitNOFILE=524288",
          "ProtectHome=no",
          "DropInPaths="};
}

std::vector<exec::Concern> concerns(const std::string& from = "",
                                    const std::string& to = "",
                                    const std::string& dir = "/var/lib/natsctl/A") {
  auto lines = debians_unit();
  for (auto& line : lines) {
    if (!from.empty() && line.starts_with(from)) line = to;
  }
  return exec::audit(exec::SystemdUnit::read("nats-server.service", lines), dir);
}

bool has(const std::vector<exec::Concern>& all, const std::string& what, bool stops) {
  return std::any_of(all.begin(), all.end(), [&](const exec::Concern& concern) {
    return concern.what.find(what) != std::string::npos && concern.stops == stops &&
           (!concern.hint.empty());
  });
}

}  // namespace

TEST_SUITE("exec: hosts") {
  TEST_CASE("words reach a shell as they are") {
    CHECK(exec::shell_word("/etc/nats.conf") == "/etc/nats.conf");
    CHECK(exec::shell_word("") == "''");
    CHECK(exec::shell_line({"echo", "it's $HOME", ";"}) == R"(echo 'it'\''s $HOME' ';')");
    for (const auto* word : {"a b", "it's", "$(reboot)", "`x`", "\\", "\"", "*", "-n", "\n"}) {
      const auto outcome = exec::run_command({{"sh", "-c", "printf %s " + exec::shell_word(word)}});
      REQUIRE(outcome);
      CHECK(outcome->output == word);
    }
  }

  TEST_CASE("a host's facts are read below what its login shell says") {
    const auto answer = HostAnswer::read(
        "Welcome!\nnatsctl-host\nos Linux\narch x86_64\nfree 1000\nactive 2.9.10\nrelease 2.9.10\n"
        "release 2.10.27\nlistener 0100007F:107E 11\nlistener 00000000:0016 12\npid 77\nstart "
        "5000\n"
        "program /dir/releases/2.9.10/nats-server\nargument nats-server\nargument -c\n"
        "argument /a b.conf\nsocket 11\nsocket 99\n");
    REQUIRE(answer);
    const auto facts = exec::read_facts(*answer, "/dir");
    CHECK(facts.os == "linux");
    CHECK(facts.arch == "amd64");
    CHECK(facts.free_bytes == 1'024'000);
    CHECK(facts.may_write);
    CHECK(facts.active_release == "2.9.10");
    CHECK(facts.releases == std::vector<std::string>{"2.9.10", "2.10.27"});
    CHECK(facts.busy_ports == std::vector{22, 4222});
    REQUIRE(facts.running);
    CHECK(facts.running->id == exec::ProcessId{77, 5000});
    CHECK(facts.running->listens == std::vector{4222});
    CHECK(facts.running->command == std::vector<std::string>{"nats-server", "-c", "/a b.conf"});
    CHECK(facts.running->release == "2.9.10");
    CHECK(exec::read_facts(*answer, "/another").running->release == "");
  }

  TEST_CASE("a record counts for the process it names only") {
    const std::string process = "natsctl-host\npid 77\nstart 5000\nprogram /usr/sbin/nats-server\n";
    const auto same = HostAnswer::read(process + "record 77 5000 2.9.10\n");
    CHECK(exec::read_facts(*same, "/dir").running->release == "2.9.10");
    const auto older = HostAnswer::read(process + "record 77 4000 2.9.10\n");
    CHECK(exec::read_facts(*older, "/dir").running->release == "");
  }

  TEST_CASE("what is no answer of ours is not taken for one") {
    CHECK_FALSE(HostAnswer::read(""));
    CHECK_FALSE(HostAnswer::read("This account is not available.\n"));
  }

  TEST_CASE("why ssh failed is said with what to do, and whether trying again may help") {
    struct Row {
      const char* said;
      const char* part;
      ErrorCode code;
    };

    for (const auto& [said, part, code] : std::vector<Row>{
             {"ssh: connect to host h1 port 22: Connection refused",
              "start sshd",
              ErrorCode::timeout},
             {"@@@\n@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @\nHost key verification "
              "failed.",
              "ssh-keygen -R",
              ErrorCode::refused},
             {"Host key verification failed.", "connect once by hand", ErrorCode::refused},
             {"deploy@h1: Permission denied (publickey).", "authorized_keys", ErrorCode::refused},
             {"client_loop: send disconnect: Broken pipe",
              "the connection was lost",
              ErrorCode::timeout}}) {
      const auto error = exec::ssh_trouble("h1", said);
      CAPTURE(error.what);
      CHECK(error.what.starts_with("h1: "));
      CHECK(error.what.find(part) != std::string::npos);
      CHECK(error.code == code);
    }
  }

  TEST_CASE("why a host's command failed is said with what to do") {
    plan::ExecutorSpec spec{.dir = "/var/lib/natsctl/A", .service = "nats-server.service"};
    const auto trouble = [&](const std::string& said) {
      return exec::host_trouble("h1", spec, {1, "", said});
    };
    CHECK(trouble("sudo: a password is required").what.find("sudoers") != std::string::npos);
    CHECK(trouble("sudo: a password is required").code == ErrorCode::refused);
    CHECK(trouble("cat: write error: No space left on device")
              .what.find("make room in /var/lib/natsctl/A") != std::string::npos);
    CHECK(trouble("mkdir: cannot create directory '/var/lib/natsctl': Permission denied")
              .what.find("must belong to the user") != std::string::npos);
    CHECK(trouble("Failed to start: Unit nats-server.service is masked.")
              .what.find("systemctl unmask nats-server.service") != std::string::npos);
    CHECK(exec::host_trouble("h1", spec, {2, "", "x: there is no such file"}).code ==
          ErrorCode::not_found);
  }

  TEST_CASE("a unit is audited: what stops an upgrade, and what somebody should know") {
    CHECK(has(concerns(), "cut clients off", false));  // its ExecStop sends SIGINT
    const auto drains = "ExecStop={ argv[]=/bin/kill -s SIGUSR2 $MAINPID }";
    CHECK_FALSE(has(concerns("ExecStop", drains), "cut clients off", false));
    CHECK(
        has(concerns("ExecStop", drains), "in the middle of its lame duck", false));  // after 90 s
    CHECK(has(concerns("LoadState", "LoadState=not-found"), "there is no systemd unit", true));
    CHECK(has(concerns("LoadState", "LoadState=masked"), "masked", true));
    CHECK(has(concerns("UnitFileState", "UnitFileState=masked-runtime"), "masked", true));
    CHECK(has(concerns("UnitFileState", "UnitFileState=disabled"), "reboot", false));
    CHECK(
        has(concerns("NeedDaemonReload", "NeedDaemonReload=yes"), "since systemd read it", false));
    CHECK(has(concerns("Restart", "Restart=always"), "Restart=always", false));
    CHECK(has(concerns("LimitNOFILE", "LimitNOFILE=1024"), "LimitNOFILE=1024", false));
    CHECK(has(concerns("ProtectHome", "ProtectHome=yes", "/home/me/A"), "does not see", true));
    CHECK_FALSE(has(concerns("ProtectHome", "ProtectHome=yes"), "does not see", true));
    CHECK(has(concerns("DropInPaths", "DropInPaths=/etc/systemd/system/x.d/99-mine.conf"),
              "99-mine.conf",
              false));
    CHECK_FALSE(has(concerns("DropInPaths", "DropInPaths=/etc/systemd/system/x.d/50-natsctl.conf"),
                    "drop-ins",
                    false));
  }

  TEST_CASE("the drop-in runs the active release, with every argument as it is") {
    const auto text = exec::drop_in("/var/lib/natsctl/A", {"-c", "/a b.conf", "100%$x\"\\"});
    CHECK(text.find("\nExecStart=\nExecStart=\"/var/lib/natsctl/A/current/nats-server\" \"-c\" "
                    "\"/a b.conf\" \"100%%$$x\\\"\\\\\"\n") != std::string::npos);
  }
}
