#include "tests/broker/mesh.h"
#include "tests/support/mint.h"

#include <filesystem>

#include <doctest/doctest.h>

using support::Mint;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::TempDir;
using support::Wire;

// Two servers of one cluster, each with a directory of JWTs: what one lacks the other has.

namespace {

constexpr const char* kLimits =
    R"("limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,"conn":-1,"leaf":-1})";

class Pair {
 public:
  Pair(const Release& first, const Release& second) {
    const auto account = [](const std::string& name, const std::string& key) {
      return "jwt| " + name + " by op {\"sub\":\"@" + key + "@\",\"name\":\"" + key +
             "\",\"nats\":{\"type\":\"account\",\"version\":2," + kLimits + "}}";
    };
    for (
        const std::string& line : {
            std::string("key| op operator"),
            std::string("key| sys account"),
            std::string("key| acme account"),
            std::string("key| blue account"),
            std::string("key| ann user"),
            std::string(
                R"(jwt| op_jwt by op {"sub":"@op@","nats":{"type":"operator","version":2,"system_account":"@sys@"}})"),
            account("sys_jwt", "sys"),
            account("acme_jwt", "acme"),
            account("blue_jwt", "blue"),
            user("root_jwt", "sys"),
            user("ann_jwt", "acme"),
            user("bob_jwt", "blue"),
        }) {
      REQUIRE(mint_.define(line));
    }
    a_.emplace(
        settings("A", first, "resolver_preload { @sys@: '@sys_jwt@', @acme@: '@acme_jwt@' }"));
    ServerSettings other = settings("B", second, "");
    other.routes = {a_->cluster_port()};
    b_.emplace(std::move(other));
    support::wait_for_remotes(*a_, 1);
    support::wait_for_remotes(*b_, 1);
  }

  ServerProcess& a() { return *a_; }

  ServerProcess& b() { return *b_; }

  // A client with that JWT; "PONG", or what the server says instead.
  std::pair<Wire, std::string> enter(const ServerProcess& server, const std::string& jwt) {
    Wire wire(server.port());
    const std::string nonce = wire.info()["nonce"].text();
    wire.send(mint_.filled(
        "CONNECT {\"verbose\":false,\"jwt\":\"@" + jwt + "@\",\"sig\":\"@sign ann@\"}", nonce));
    wire.send("PING");
    std::string said = wire.line_with_any({"PONG", "-ERR"});
    return {std::move(wire), std::move(said)};
  }

  std::filesystem::path file(const std::string& server, const std::string& key) const {
    return folder_ / server / (mint_.filled("@" + key + "@") + ".jwt");
  }

  void publish(Wire& wire, const std::string& subject, const std::string& jwt) const {
    const std::string token = mint_.filled("@" + jwt + "@");
    wire.send(mint_.filled("PUB " + subject + " " + std::to_string(token.size())));
    wire.send(token);
  }

  void define(const std::string& line) { REQUIRE(mint_.define(line)); }

 private:
  static std::string user(const std::string& name, const std::string& account) {
    return "jwt| " + name + " by " + account +
           R"( {"sub":"@ann@","nats":{"type":"user","version":2,"subs":-1,"data":-1,"payload":-1}})";
  }

  ServerSettings settings(const std::string& name,
                          const Release& release,
                          const std::string& preload) const {
    ServerSettings settings = support::member(name, release);
    settings.cluster_name = "X";
    settings.conf =
        mint_.filled("operator: '@op_jwt@'\nresolver { type: full, dir: '" +
                     (folder_ / name).string() + "', interval: '1s' }\n" + preload + "\n");
    return settings;
  }

  TempDir folder_;
  Mint mint_;
  std::optional<ServerProcess> a_;
  std::optional<ServerProcess> b_;
};

void check_pair(const Release& first, const Release& second) {
  Pair pair(first, second);
  // B knows neither account, and asks A.
  auto [ann, entered] = pair.enter(pair.b(), "ann_jwt");
  CHECK(entered == "PONG");
  CHECK(pair.enter(pair.b(), "bob_jwt").second == "-ERR 'Authorization Violation'");
  // The system account comes from A as well, and with it the rest.
  support::eventually("B has the system account's JWT",
                      [&] { return std::filesystem::exists(pair.file("B", "sys")); });
  auto [root, root_entered] = pair.enter(pair.a(), "root_jwt");
  CHECK(root_entered == "PONG");
  // What A is told B hears, too.
  pair.publish(root, "$SYS.REQ.CLAIMS.UPDATE", "blue_jwt");
  support::eventually("both have the new account", [&] {
    return std::filesystem::exists(pair.file("A", "blue")) &&
           std::filesystem::exists(pair.file("B", "blue"));
  });
  CHECK(pair.enter(pair.b(), "bob_jwt").second == "PONG");
  pair.define(std::string(R"(jwt| revoking by op {"sub":"@acme@","nats":{"type":"account",)") +
              R"("version":2,"revocations":{"*":@now+60@},)" + kLimits + "}}");
  pair.publish(root, "$SYS.REQ.CLAIMS.UPDATE", "revoking");
  CHECK(ann.line_with("-ERR") == "-ERR 'User Authentication Revoked'");
}

}  // namespace

TEST_SUITE("broker: JWTs in a cluster") {
  TEST_CASE("two of us tell each other what we have") {
    check_pair(Release::broker(), Release::broker());
  }
  TEST_CASE("2.10 tells us, and we tell 2.10") {
    check_pair(Release::real("2.10"), Release::broker());
    check_pair(Release::broker(), Release::real("2.10"));
  }
  TEST_CASE("the newest tells us, and we tell the newest") {
    check_pair(Release::real("newest"), Release::broker());
    check_pair(Release::broker(), Release::real("newest"));
  }
  TEST_CASE("2.9 tells us, and we tell 2.9") {
    check_pair(Release::real("2.9"), Release::broker());
    check_pair(Release::broker(), Release::real("2.9"));
  }
}
