// Three hosts with systemd, upgraded over ssh under traffic: natsctl as its users have it.
#include "tests/lab/cluster.h"
#include "tests/support/environment.h"
#include "tests/support/eventually.h"

#include <csignal>
#include <cstdlib>
#include <random>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

// Which place, so that a failure can be repeated: NATSCTL_TEST_SEED.
unsigned seed() {
  return support::number_from("NATSCTL_TEST_SEED", std::random_device{}());
}

}  // namespace

TEST_SUITE("rehearsal: hosts behind ssh") {
  TEST_CASE("three systemd hosts go from 2.9 to 2.10 under traffic, natsctl killed on the way") {
    lab::Cluster cluster;
    cluster.write_plan();
    const auto check = cluster.natsctl({"check", cluster.plan()});
    CHECK_MESSAGE(check.exit_code == 0, check.text);
    CHECK(check.has("ExecStop does not send SIGUSR2"));  // Debian's unit of 2.9

    const auto natsctl = cluster.start_natsctl({"upgrade", cluster.plan(), "--yes"});
    support::eventually(
        "the first member is held for its change",
        [&] {
          for (std::size_t i = 0; i < cluster.size(); ++i) {
            if (cluster.on(i, "ls /run/systemd/system/nats-server.service.d 2>/dev/null || true")
                    .find("natsctl-hold") != std::string::npos)
              return true;
          }
          return false;
        },
        std::chrono::minutes(2));
    ::kill(natsctl, SIGKILL);
    ::waitpid(natsctl, nullptr, 0);

    const auto resumed = cluster.natsctl({"resume"});
    CHECK_MESSAGE(resumed.exit_code == 0, resumed.text);
    cluster.check_upgraded();
    for (std::size_t i = 0; i < cluster.size(); ++i)
      CHECK(cluster.starts(i) == 1);
    const auto again = cluster.natsctl({"upgrade", cluster.plan(), "--yes"});
    CHECK_MESSAGE(again.exit_code == 0, again.text);
    for (std::size_t i = 0; i < cluster.size(); ++i)
      CHECK(cluster.starts(i) == 1);  // what is done is not done again
  }

  TEST_CASE(
      "a host loses its power while its server is changed: the others serve, resume ends it") {
    const auto drawn = seed();
    CAPTURE(drawn);
    std::mt19937 random(drawn);
    const std::vector<std::string> actions = {
        "lame-duck", "stop-node", "install-release", "start-node"};
    const auto action = actions[random() % actions.size()];
    CAPTURE(action);
    lab::Cluster cluster;
    cluster.write_plan();
    const auto natsctl = cluster.start_natsctl({"upgrade", cluster.plan(), "--yes"});
    const auto place = cluster.wait_for_step(action, random() % cluster.size(), natsctl);
    CAPTURE(place);
    cluster.cut_power(place);
    const auto halted = cluster.end_of(natsctl);
    MESSAGE(halted.exit_code << ": " << halted.text);
    CHECK(halted.exit_code != 0);
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      if (i != place) CHECK(cluster.version(i) != "");
    }
    cluster.boot(place);
    const auto resumed = cluster.natsctl({"resume"});
    CHECK_MESSAGE(resumed.exit_code == 0, resumed.text);
    cluster.check_upgraded();
    for (std::size_t i = 0; i < cluster.size(); ++i) {
      if (i != place) CHECK(cluster.starts(i) == 1);
    }
  }
}
