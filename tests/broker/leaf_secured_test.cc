// Leaf nodes with TLS and with JWTs, and with real servers at the other end.
#include "tests/broker/leaf_pair.h"
#include "tests/broker/mesh.h"
#include "tests/support/certificates.h"
#include "tests/support/mint.h"

#include <utility>

using support::Authority;
using support::free_port;
using support::hub_settings;
using support::Mint;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::spoke_settings;
using support::TempDir;
using support::Wire;

namespace {

// Who is the hub, and who the leaf node.
std::vector<std::pair<Release, Release>> pairs() {
  const Release broker = Release::broker();
  return {{broker, broker},
          {broker, Release::real("2.10")},
          {broker, Release::real("newest")},
          {Release::real("2.10"), broker},
          {Release::real("newest"), broker}};
}

void check_pair(const ServerProcess& hub, const ServerProcess& spoke) {
  support::wait_for_leafs(hub, 1);
  support::wait_for_leafs(spoke, 1);
  support::check_message(hub, spoke);
  support::check_message(spoke, hub);
}

constexpr const char* kLimits =
    R"("limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1})";

// One operator, whose account both ends know, and a user of it.
struct Signed {
  Signed() {
    for (
        const std::string& line : {
            std::string("key| op operator"),
            std::string("key| sys account"),
            std::string("key| acme account"),
            std::string("key| ann user"),
            std::string(
                R"(jwt| op_jwt by op {"sub":"@op@","nats":{"type":"operator","version":2,"system_account":"@sys@"}})"),
            account("sys_jwt", "sys"),
            account("acme_jwt", "acme"),
            std::string(
                R"(jwt| ann_jwt by acme {"sub":"@ann@","nats":{"type":"user","version":2,"subs":-1,"data":-1,"payload":-1}})"),
        }) {
      REQUIRE(mint.define(line));
    }
    folder.file("ann.creds",
                mint.filled("-----BEGIN NATS USER JWT-----\n@ann_jwt@\n------END NATS USER "
                            "JWT------\n\n-----BEGIN USER NKEY SEED-----\n@ann.seed@\n------END "
                            "USER NKEY SEED------\n"));
  }

  static std::string account(const std::string& name, const std::string& key) {
    return "jwt| " + name + " by op {\"sub\":\"@" + key + "@\",\"name\":\"" + key +
           "\",\"nats\":{\"type\":\"account\",\"version\":2," + kLimits + "}}";
  }

  std::string conf() const {
    return mint.filled(
        "operator: @op_jwt@\nresolver: MEMORY\n"
        "resolver_preload { @sys@: '@sys_jwt@', @acme@: '@acme_jwt@' }\n");
  }

  Wire client(const ServerProcess& server) const {
    Wire wire(server.port());
    const std::string nonce = wire.info()["nonce"].text();
    wire.send(
        mint.filled(R"(CONNECT {"verbose":false,"jwt":"@ann_jwt@","sig":"@sign ann@"})", nonce));
    wire.sync();
    return wire;
  }

  Mint mint;
  TempDir folder;
};

}  // namespace

TEST_SUITE("broker: leaf nodes, secured") {
  TEST_CASE("over TLS, after INFO or before it") {
    const Authority authority;
    const auto certificate = authority.issue("server", "leaf");
    for (const auto& [hub_release, spoke_release] : pairs()) {
      for (const std::string first : {"", "handshake_first: true"}) {
        CAPTURE(hub_release.version);
        CAPTURE(spoke_release.version);
        CAPTURE(first);
        const int port = free_port();
        const ServerProcess hub(
            hub_settings("HUB", hub_release, port, authority.tls_block(certificate, first)));
        const ServerProcess spoke(spoke_settings(
            "SPOKE",
            spoke_release,
            {port},
            fmt::format("tls {{ ca_file: \"{}\"\n{} }}", authority.file().string(), first)));
        check_pair(hub, spoke);
      }
    }
  }

  TEST_CASE("a hub that nobody vouches for is not trusted") {
    const Authority authority;
    const Authority other;
    const auto certificate = other.issue("server", "stranger");
    const int port = free_port();
    const ServerProcess hub(
        hub_settings("HUB", Release::broker(), port, other.tls_block(certificate)));
    const ServerProcess spoke(
        spoke_settings("SPOKE",
                       Release::broker(),
                       {port},
                       fmt::format("tls {{ ca_file: \"{}\" }}", authority.file().string())));
    spoke.wait_for_log("TLS handshake error");
    CHECK(support::leafs(hub) == 0);
  }

  TEST_CASE("a leaf node shows a credentials file, and is of the account that it is for") {
    const Signed world;
    for (const auto& [hub_release, spoke_release] : pairs()) {
      CAPTURE(hub_release.version);
      CAPTURE(spoke_release.version);
      const int port = free_port();
      const ServerProcess hub(hub_settings("HUB", hub_release, port, {}, world.conf()));
      const ServerProcess spoke(spoke_settings("SPOKE",
                                               spoke_release,
                                               {port},
                                               world.mint.filled("account: @acme@\ncreds: \"") +
                                                   (world.folder / "ann.creds").string() + "\"",
                                               world.conf()));
      support::wait_for_leafs(hub, 1);
      support::wait_for_leafs(spoke, 1);
      Wire subscriber = world.client(spoke);
      subscriber.send("SUB news 1");
      subscriber.sync();
      Wire publisher = world.client(hub);
      support::wait_for_interest(publisher, subscriber, "news");
      const auto leafz = support::http_get(hub.monitor_port(), "/leafz").json();
      CHECK(leafz["leafs"].items().at(0)["account"].text() == world.mint.filled("@acme@"));
    }
  }

  TEST_CASE("a key alone opens the door, too") {
    Mint mint;
    REQUIRE(mint.define("key| edge user"));
    for (const auto& [hub_release, spoke_release] : pairs()) {
      CAPTURE(hub_release.version);
      CAPTURE(spoke_release.version);
      const int port = free_port();
      const ServerProcess hub(
          hub_settings("HUB", hub_release, port, mint.filled("authorization { nkey: @edge@ }")));
      const ServerProcess spoke(
          spoke_settings("SPOKE", spoke_release, {port}, mint.filled("nkey: @edge.seed@")));
      check_pair(hub, spoke);
    }
  }
}
