#include "base/files.h"
#include "exec/make_executor.h"
#include "tests/lab/lab.h"
#include "tests/support/eventually.h"

#include <filesystem>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/core.h>

namespace {

namespace fs = std::filesystem;
using base::ErrorCode;

bool says(const base::Error& error, const std::string& part) {
  INFO(error.what);
  CHECK(error.what.find("h1") != std::string::npos);
  const bool has = error.what.find(part) != std::string::npos;
  CHECK(has);
  return has;
}

// A file that takes a while to send.
plan::Release large_release(const support::TempDir& folder, std::uintmax_t bytes) {
  const auto file = folder.file("nats-server", "#!/bin/sh\n");
  fs::resize_file(file, bytes);
  return {"9.9.9", file, ""};
}

}  // namespace

TEST_SUITE("exec: what befalls hosts") {
  TEST_CASE("who is not let in learns why, at once, with what to do") {
    lab::Lab hosts(1);
    lab::SshMachine machine(hosts, "h1");
    REQUIRE(machine.executor->facts());
    const auto known = hosts.folder() / "known_hosts";
    const auto keys = *base::read_file(known);

    SUBCASE("sshd is down") {
      hosts.on("h1", "systemctl stop ssh.socket ssh.service");
      hosts.forget_connections();
      machine.again();
      const auto facts = machine.executor->facts();
      REQUIRE_FALSE(facts);
      CHECK(says(facts.error(), "nothing listens on its ssh port"));
      hosts.on("h1", "systemctl start ssh.service");
    }
    SUBCASE("its host key is another than the known one") {
      hosts.on("h1",
               "rm /etc/ssh/ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N '' -f "
               "/etc/ssh/ssh_host_ed25519_key; systemctl restart ssh");
      hosts.forget_connections();
      machine.again();
      const auto facts = machine.executor->facts();
      REQUIRE_FALSE(facts);
      CHECK(facts.error().code == ErrorCode::refused);
      CHECK(says(facts.error(), "ssh-keygen -R"));
    }
    SUBCASE("its host key is not known") {
      REQUIRE(base::write_file(known, ""));
      hosts.forget_connections();
      machine.again();
      const auto facts = machine.executor->facts();
      REQUIRE_FALSE(facts);
      CHECK(says(facts.error(), "connect once by hand"));
      REQUIRE(base::write_file(known, keys));
    }
    SUBCASE("it does not take our key") {
      hosts.on("h1", "mv /home/deploy/.ssh/authorized_keys /home/deploy/.ssh/none");
      hosts.forget_connections();
      machine.again();
      const auto facts = machine.executor->facts();
      REQUIRE_FALSE(facts);
      CHECK(says(facts.error(), "does not let this user in"));
      hosts.on("h1", "mv /home/deploy/.ssh/none /home/deploy/.ssh/authorized_keys");
    }
  }

  TEST_CASE(
      "sudo that asks, a unit that is masked, a disk that is full: said, and nothing is changed") {
    lab::Lab hosts(1);
    lab::UnitMachine machine(hosts, "h1");

    SUBCASE("sudo") {
      machine.start_foreign();
      hosts.on("h1", "mv /etc/sudoers.d/deploy /root");
      const auto facts = machine.executor->facts();
      REQUIRE_FALSE(facts);
      CHECK(facts.error().code == ErrorCode::refused);
      CHECK(says(facts.error(), "examples/ssh-systemd/sudoers"));
      hosts.on("h1", "mv /root/deploy /etc/sudoers.d/");
      CHECK(machine.executor->facts());
    }
    SUBCASE("a masked unit") {
      const auto stops = [&] {
        const auto concerns = machine.executor->audit();
        REQUIRE(concerns);
        return std::any_of(concerns->begin(), concerns->end(), [](const exec::Concern& concern) {
          return concern.stops && concern.what.find("masked") != std::string::npos;
        });
      };
      CHECK_FALSE(stops());
      hosts.on("h1", "systemctl mask nats-server");
      CHECK(stops());
      REQUIRE(machine.executor->stage(support::to_stage(support::new_server())));
      REQUIRE(machine.executor->activate(support::new_server().version));
      const auto started = machine.executor->start({machine.args()});
      REQUIRE_FALSE(started);
      CHECK(says(started.error(), "systemctl unmask"));
      hosts.on("h1", "systemctl unmask nats-server");
      const auto id = machine.executor->start({machine.args()});
      REQUIRE_MESSAGE(id, (id ? "" : id.error().what));
      machine.until_listening();
    }
    SUBCASE("a full disk") {
      hosts.on(
          "h1",
          "mount -t tmpfs -o size=8m small /var/lib/natsctl && chown deploy: /var/lib/natsctl");
      const auto staged = machine.executor->stage(support::to_stage(support::new_server()));
      REQUIRE_FALSE(staged);
      CHECK(says(staged.error(), "make room"));
      CHECK(machine.facts().releases.empty());
      CHECK(machine.facts().free_bytes > 7'000'000);  // what was sent does not stay
      hosts.on("h1", "umount /var/lib/natsctl");
      REQUIRE(machine.executor->stage(support::to_stage(support::new_server())));
      CHECK(machine.facts().releases == std::vector{support::new_server().version});
    }
  }

  TEST_CASE("a server that ends at once is told with its journal") {
    lab::Lab hosts(1);
    lab::UnitMachine machine(hosts, "h1");
    REQUIRE(machine.executor->stage(support::to_stage(support::new_server())));
    REQUIRE(machine.executor->activate(support::new_server().version));
    const auto id = machine.executor->start({{"-c", "/nowhere.conf"}});
    if (id) machine.until_gone(*id);  // systemd may have seen the process before its end
    support::eventually("the journal has its last words", [&] {
      return machine.executor->last_output(5).find("/nowhere.conf: no such file") !=
             std::string::npos;
    });
  }

  TEST_CASE("a hold that nobody comes back for ends with a reboot, and the old release is back") {
    lab::Lab hosts(1);
    lab::UnitMachine machine(hosts, "h1");
    hosts.on("h1", "systemctl enable nats-server");
    machine.start_foreign();
    const auto found = machine.facts().running;
    REQUIRE(found);
    REQUIRE(machine.executor->adopt(support::old_server().version));
    REQUIRE(machine.executor->signal(exec::Signal::lame_duck, found->id));
    machine.until_gone(found->id);
    hosts.on("h1", "systemctl start nats-server");
    CHECK_FALSE(machine.facts().running);  // held
    CHECK(hosts.on("h1", "systemctl list-timers --all").find("natsctl-unhold") !=
          std::string::npos);
    hosts.on("h1", "sync");
    hosts.cut_power("h1");
    hosts.boot("h1");
    support::eventually("the unit's server runs", [&] {
      const auto facts = machine.executor->facts();
      return facts && facts->running && facts->running->release == support::old_server().version;
    });
  }

  TEST_CASE("a power cut in the middle of staging leaves no half release, and staging goes on") {
    lab::Lab hosts(1);
    lab::SshMachine machine(hosts, "h1");
    const support::TempDir folder;
    const auto release = large_release(folder, 400'000'000);
    base::Result<void> staged;
    std::thread natsctl([&] { staged = machine.executor->stage(release); });
    support::eventually("a part of it is there", [&] {
      return hosts.on("h1", "ls -s /var/lib/natsctl/A/releases/9.9.9/*.part 2>/dev/null || true")
                 .find("upload") != std::string::npos;
    });
    hosts.cut_power("h1");
    natsctl.join();
    if (!staged) CHECK(says(staged.error(), ""));  // it may have been quicker than the cut
    hosts.boot("h1");
    machine.again();
    const auto facts = machine.facts();
    CHECK(facts.active_release == "");
    CHECK(facts.releases.empty() == !staged);
    REQUIRE(machine.executor->stage(release));
    CHECK(machine.facts().releases == std::vector<std::string>{"9.9.9"});
    CHECK(hosts.on("h1", "sha256sum </var/lib/natsctl/A/releases/9.9.9/nats-server")
              .starts_with(support::to_stage({"9.9.9", release.binary}).sha256));
  }
}
