#include "base/files.h"
#include "tests/lab/lab.h"

#include <doctest/doctest.h>

TEST_SUITE("exec: hosts behind ssh") {
  // One lab for all promises: booting takes longer than most of them.
  TEST_CASE("a plain process, and a unit of systemd: every promise holds") {
    const lab::Lab hosts(1);
    for (const auto& promise : support::executor_promises()) {
      CAPTURE(promise.sentence);
      lab::SshMachine machine(hosts, "h1");
      promise.holds(machine);
    }
    // All that the example allows is enough.
    hosts.on("h1",
             "cat >/etc/sudoers.d/deploy <<'END'\n" +
                 *base::read_file(PROJECT_ROOT "/examples/ssh-systemd/sudoers") +
                 "END\nchmod 440 /etc/sudoers.d/deploy && visudo -c");
    for (const auto& promise : support::executor_promises()) {
      CAPTURE(promise.sentence);
      lab::UnitMachine machine(hosts, "h1");
      promise.holds(machine);
    }
  }
}
