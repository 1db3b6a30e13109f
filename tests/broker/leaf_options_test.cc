#include "broker/server/options_reader.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

constexpr const char* kSeed = "SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y";
constexpr const char* kKey = "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK";

ConfReport read(const std::string& text, Options& options) {
  ConfReport report;
  const auto conf = contract::parse_conf(text, "t.conf");
  INFO(text);
  if (!conf) FAIL_CHECK(conf.error().what);
  if (conf) apply_conf(*conf, options, report);
  return report;
}

LeafSettings good(const std::string& text) {
  Options options;
  const ConfReport report = read(text, options);
  CAPTURE(text);
  for (const auto& line : report.errors)
    FAIL_CHECK(line);
  for (const auto& line : report.warnings)
    FAIL_CHECK(line);
  return options.leaf;
}

std::string mistake(const std::string& text) {
  Options options;
  const ConfReport report = read(text, options);
  return report.errors.empty() ? report.warnings.empty() ? "none" : report.warnings.front()
                               : report.errors.front();
}

std::string why_not(const std::string& text) {
  Options options;
  const ConfReport report = read(text, options);
  for (const auto& line : report.errors)
    FAIL_CHECK(line);
  const auto valid = validate(options);
  return valid ? "valid" : valid.error().what;
}

}  // namespace

TEST_SUITE("broker: leafnodes block") {
  TEST_CASE("a door, its users and its certificates") {
    const LeafSettings leaf = good(R"(leafnodes {
      listen: "127.0.0.1:7422"
      advertise: "hub.example.net:443"
      no_advertise: true
      min_version: 2.8.0
      isolate_leafnode_interest: true
      reconnect: 3s
      authorization { user: edge, password: secret, account: ACME, timeout: 0.5 }
    })");
    CHECK(leaf.listens());
    CHECK(leaf.host == "127.0.0.1");
    CHECK(leaf.port == 7422);
    CHECK(leaf.advertise == "hub.example.net:443");
    CHECK(leaf.no_advertise);
    CHECK(leaf.min_version == "2.8.0");
    CHECK(leaf.isolate);
    CHECK(leaf.reconnect == std::chrono::seconds(3));
    CHECK(leaf.auth_timeout == std::chrono::milliseconds(500));
    REQUIRE(leaf.users.size() == 1);
    CHECK(leaf.single);
    CHECK(leaf.users[0].name == "edge");
    CHECK(leaf.users[0].account == "ACME");
    const LeafSettings many = good(
        "leaf { port: 1, authorization { users: [ {user: a, pass: b, account: C}, {user: d} ] } }");
    REQUIRE(many.users.size() == 2);
    CHECK_FALSE(many.single);
    CHECK(many.users[0].account == "C");
    CHECK(
        good(std::string("leaf { port: 1, authorization { nkey: ") + kKey + " } }").users[0].nkey);
  }

  TEST_CASE("remotes") {
    const LeafSettings leaf = good(R"(leafnodes { remotes: [
      { url: "nats-leaf://ann:pw@hub", account: ACME, hub: true, deny_imports: a.>, deny_exports: [b, "c.*"] }
      { urls: ["nats://one:1", "two:2"], creds: "/etc/user.creds", no_randomize: true
        first_info_timeout: 5s, isolate: true, disabled: true, ignore_discovered_servers: true }
      { url: "nats://three", tls { ca_file: "ca.pem", handshake_first: true } }
    ] })");
    CHECK_FALSE(leaf.listens());
    CHECK(leaf.enabled());
    REQUIRE(leaf.remotes.size() == 3);
    const LeafRemoteSettings& first = leaf.remotes[0];
    REQUIRE(first.urls.size() == 1);
    CHECK(first.urls[0].address().text() == "hub:7422");
    CHECK(first.urls[0].user == "ann");
    CHECK(first.account == "ACME");
    CHECK(first.hub);
    CHECK(first.deny_imports == std::vector<std::string>{"a.>"});
    CHECK(first.deny_exports == std::vector<std::string>{"b", "c.*"});
    CHECK(first.randomize);
    const LeafRemoteSettings& second = leaf.remotes[1];
    CHECK(second.urls.size() == 2);
    CHECK(second.credentials == "/etc/user.creds");
    CHECK_FALSE(second.randomize);
    CHECK(second.first_info_timeout == std::chrono::seconds(5));
    CHECK(second.isolate);
    CHECK(second.disabled);
    CHECK(second.ignore_discovered);
    REQUIRE(leaf.remotes[2].tls.has_value());
    CHECK(leaf.remotes[2].tls->ca_file == "ca.pem");
    CHECK(leaf.remotes[2].handshake_first);
    CHECK(good(std::string("leaf { remotes: [ {url: hub, nkey: ") + kSeed + "} ] }")
              .remotes[0]
              .seed == kSeed);
  }

  TEST_CASE("what is wrong is said in nats-server's words, with its place") {
    struct Row {
      std::string block, said;
    };

    for (const Row& row : std::vector<Row>{
             {"leafnodes: 7", "t.conf:1:0: Expected map to define a leafnode, got int64"},
             {"leafnodes { nope: 1 }", "t.conf:1:12: unknown field \"nope\""},
             {"leafnodes { remotes: 1 }",
              "t.conf:1:12: Expected remotes field to be an array, got int64"},
             {"leafnodes { remotes: [ 1 ] }",
              "t.conf:1:23: Expected remote leafnode entry to be a map/struct, got 1"},
             {"leafnodes { min_version: \"2.7.0\" }",
              "t.conf:1:12: the minimum version should be at least 2.8.0"},
             {"leafnodes { authorization { nkey: x } }",
              "t.conf:1:28: Not a valid public nkey for leafnode authorization"},
             {"leafnodes { authorization { users: 3 } }",
              "t.conf:1:28: Expected users field to be an array, got 3"},
             {"leafnodes { authorization { user: a, users: [ {user: b} ] } }",
              "t.conf:1:12: can not have a single user/pass and a users array"}}) {
      CAPTURE(row.block);
      CHECK(mistake(row.block) == row.said);
    }
    const auto remote = [](const std::string& text) {
      return mistake("leafnodes { remotes: [ { " + text + " } ] }");
    };
    CHECK(remote("nkey: SUX").find("Remote leafnode nkey is not a valid seed") !=
          std::string::npos);
    CHECK(remote(std::string("creds: a, nkey: ") + kSeed)
              .find("Remote leafnode can not have both creds and nkey defined") !=
          std::string::npos);
    CHECK(remote("deny_imports: \"a..b\"").find("subject \"a..b\" is not a valid subject") !=
          std::string::npos);
    CHECK(remote("url: \"ws://hub\"").find("websocket") != std::string::npos);
    CHECK(remote("url: 1").find("Expected remote leafnode url to be an array or string, got 1") !=
          std::string::npos);
  }

  TEST_CASE("what one key cannot say") {
    CHECK(why_not("leafnodes { port: 1, authorization { user: a, password: b, account: X } }") ==
          "cannot find local account \"X\" specified in leafnode authorization");
    CHECK(why_not("leafnodes { remotes: [ {url: hub, account: X} ] }") ==
          "cannot find local account \"X\" specified in leafnode remote");
    CHECK(why_not("leafnodes { port: 1, authorization { users: [ {user: a}, {user: a} ] } }") ==
          "duplicate user \"a\" detected in leafnode authorization");
    CHECK(
        why_not("leafnodes { port: 1, remotes: [ {url: hub, account: \"$SYS\"}, {url: hub} ] }") ==
        "valid");
  }
}
