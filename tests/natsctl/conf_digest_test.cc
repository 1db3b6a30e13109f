#include "actions/conf_digest.h"

#include "tests/support/fake_executor.h"

#include <doctest/doctest.h>

namespace {

// As 2.15.1 says it.
constexpr const char* kAnswer =
    "nats-server: configuration file a.conf is valid "
    "(sha256:82ba6fb8d95d3c923ee3327d5e1a810761715fa13439130338682963f40f916c)\n";
constexpr const char* kDigest =
    "sha256:82ba6fb8d95d3c923ee3327d5e1a810761715fa13439130338682963f40f916c";

struct Machine {
  support::FakeExecutor executor{"A", std::make_shared<std::vector<std::string>>()};
  plan::Node node;
  contract::Varz varz;

  Machine() {
    node.name = "A";
    node.config = "/etc/a.conf";
    executor.files["/etc/a.conf"] = "port: 4222\n";
    executor.state.active_release = "2.15.1";
    executor.state.releases = {"2.15.1"};
    executor.outcome.output = kAnswer;
    varz.config_digest = kDigest;
  }

  std::string trouble() { return actions::other_conf(executor, node, varz); }
};

}  // namespace

TEST_SUITE("actions: the digest of a conf") {
  TEST_CASE("it is what stands at the end of the answer to -t, since 2.11") {
    CHECK(actions::digest_in(kAnswer) == kDigest);
    CHECK(actions::digest_in("nats-server: configuration file a.conf is valid\n").empty());
    CHECK(actions::digest_in("").empty());
  }

  TEST_CASE("a server that was started with another file is told from the plan's") {
    Machine machine;
    CHECK(machine.trouble().empty());
    machine.varz.config_digest = "sha256:0000000000000000";
    CHECK(machine.trouble() ==
          "it runs another conf than /etc/a.conf: sha256:000000000000, and the file is "
          "sha256:82ba6fb8d95d");
  }

  TEST_CASE("what cannot be compared is not") {
    Machine machine;
    machine.varz.config_digest = "sha256:0000000000000000";
    machine.executor.files["/etc/a.conf"] = "port: $PORT\n";  // another one's environment
    CHECK(machine.trouble().empty());
    machine.executor.files["/etc/a.conf"] = "port: 4222\n";
    machine.executor.outcome.output = "nats-server: configuration file a.conf is valid\n";
    CHECK(machine.trouble().empty());
    machine.varz.config_digest.reset();
    CHECK(machine.trouble().empty());
  }
}
