#include "broker/server/options_reader.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

constexpr const char* kNkey = "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK";

struct Read {
  Options options = {};
  ConfReport report = {};
};

Read read(const std::string& text) {
  Read out;
  const auto conf = contract::parse_conf(text, "t.conf");
  INFO(text);
  if (!conf) FAIL_CHECK(conf.error().what);
  if (conf) apply_conf(*conf, out.options, out.report);
  return out;
}

// The options of a text without a mistake.
Options good(const std::string& text) {
  Read out = read(text);
  CAPTURE(text);
  for (const auto& line : out.report.errors)
    FAIL_CHECK(line);
  for (const auto& line : out.report.warnings)
    FAIL_CHECK(line);
  return out.options;
}

std::string mistakes(const std::string& text) {
  const ConfReport report = read(text).report;
  std::string out;
  for (const auto& line : report.errors)
    out += line + "\n";
  for (const auto& line : report.warnings)
    out += line + "\n";
  return out;
}

std::string why_not(const std::string& text) {
  const auto valid = validate(good(text));
  return valid ? "valid" : valid.error().what;
}

}  // namespace

TEST_SUITE("broker: options") {
  TEST_CASE("an empty file leaves nats-server's defaults") {
    const Options options = good("");
    CHECK(options.host == "0.0.0.0");
    CHECK(options.port == 4222);
    CHECK(options.limits.max_payload == 1048576);
    CHECK(options.limits.ping_interval == std::chrono::minutes(2));
    CHECK(options.lame_duck_duration == std::chrono::minutes(2));
    CHECK(options.lame_duck_grace_period == std::chrono::seconds(10));
    CHECK_FALSE(options.cluster.enabled());
    CHECK(options.http_port == 0);
    CHECK(why_not("") == "valid");
  }

  TEST_CASE("where a server listens is a port, an address, or both apart") {
    CHECK(good("listen: 4333").port == 4333);
    CHECK(good("listen: 4333").host == "0.0.0.0");
    CHECK(good("listen: 127.0.0.1:4333").host == "127.0.0.1");
    CHECK(good("listen: '[::1]:4333'").host == "::1");
    CHECK(good("net: localhost, port: -1").port == -1);
    CHECK(good("http: localhost:8222").http_host == "localhost");
    CHECK(good("monitor_port: 8222").http_port == 8222);
    CHECK(mistakes("listen: abc\n") == "t.conf:1:0: could not parse address string \"abc\"\n");
    CHECK(mistakes("http: 'a:b'\n") == "t.conf:1:0: could not parse port \"b\"\n");
  }

  TEST_CASE("limits and times are read with their units, whatever the key's case") {
    const Options options = good(
        "MAX_PAYLOAD: 2kb, max_pending: 1MB, Max_Conn: 10, max_subs: 5, ping_interval: '30s'\n"
        "ping_max: 3, write_deadline: 1m30s, lame_duck_duration: '45s', lame_duck_grace_period: "
        "5s\n"
        "no_header_support: true, max_control_line: 8kb");
    CHECK(options.limits.max_payload == 2048);
    CHECK(options.limits.max_pending == 1048576);
    CHECK(options.limits.max_connections == 10);
    CHECK(options.limits.max_subscriptions == 5);
    CHECK(options.limits.ping_interval == std::chrono::seconds(30));
    CHECK(options.limits.write_deadline == std::chrono::seconds(90));
    CHECK(options.limits.max_control_line == 8192);
    CHECK_FALSE(options.limits.headers);
    CHECK(options.lame_duck_duration == std::chrono::seconds(45));
  }

  TEST_CASE("a number where a duration is meant is seconds, and warned of") {
    const Read out = read("ping_interval: 5\n");
    CHECK(out.options.limits.ping_interval == std::chrono::seconds(5));
    CHECK(out.report.errors.empty());
    CHECK(out.report.warnings ==
          std::vector<std::string>{"t.conf:1:0: invalid use of field \"ping_interval\": "
                                   "ping_interval should be converted to a duration"});
  }

  TEST_CASE("a cluster block says who is in it and how to reach them") {
    const ClusterSettings cluster = good(R"(cluster {
      name: orders, listen: 127.0.0.1:6222, no_advertise: true, connect_retries: 3
      authorization { user: r, password: s, timeout: 1.5 }
      routes: [ nats-route://r:s@b:6222, "nats://c:6223" ]
      permissions { import: [a.>, b], export: { deny: secret } }
      pool_size: -1
    })")
                                        .cluster;
    CHECK(cluster.enabled());
    CHECK(cluster.name == "orders");
    CHECK(cluster.port == 6222);
    CHECK(cluster.no_advertise);
    CHECK(cluster.user == "r");
    CHECK(cluster.auth_timeout == std::chrono::milliseconds(1500));
    REQUIRE(cluster.routes.size() == 2);
    CHECK(cluster.routes[0].redacted() == "nats-route://r:xxxxx@b:6222");
    CHECK(cluster.import_permissions->allow == std::vector<std::string>{"a.>", "b"});
    CHECK(cluster.export_permissions->deny == std::vector<std::string>{"secret"});
  }

  TEST_CASE("users come with their permissions, or with the default ones") {
    const AuthRules auth = good(R"(authorization {
      default_permissions { publish: "only.this" }
      users [
        { user: a, password: b }
        { user: c, pass: "$2a$11$abcdefghijklmnopqrstuv", permissions {
            publish { allow: [x, y.*], deny: y.z }, subscribe: "q.> workers",
            allow_responses { max: 5, expires: "1m" } } }
      ]
    })")
                               .auth;
    REQUIRE(auth.users.size() == 2);
    CHECK(auth.users[0].permissions->publish.allow == std::vector<std::string>{"only.this"});
    const PermissionRules& second = *auth.users[1].permissions;
    CHECK(second.publish.deny == std::vector<std::string>{"y.z"});
    CHECK(second.subscribe.allow == std::vector<std::string>{"q.> workers"});
    CHECK(second.allow_responses->max == 5);
    CHECK(second.allow_responses->expires == std::chrono::minutes(1));
  }

  TEST_CASE("accounts hold users of their own") {
    const Options options = good(R"(
      accounts { A { users: [{user: a, pass: x}] }, $SYS { users: [{user: s, pass: y}] }, EMPTY {} }
      no_auth_user: a
    )");
    REQUIRE(options.auth.users.size() == 2);
    CHECK(options.auth.users[0].account == "A");
    CHECK(options.auth.users[1].account == "$SYS");
    REQUIRE(options.accounts.size() == 3);
    CHECK(options.accounts[0].name == "A");
    CHECK(options.accounts[1].name == "$SYS");
    CHECK(options.accounts[2].name == "EMPTY");
    CHECK(options.auth.no_auth_user == "a");
    CHECK(validate(options));
    CHECK(good("accounts: [A, B]").accounts.size() == 2);
  }

  TEST_CASE("users are kept to the doors that their connection types name") {
    const Read out = read(
        "authorization { users: [{user: a, pass: p},"
        " {user: w, pass: p, allowed_connection_types: [websocket]}] }");
    CHECK(out.report.errors.empty());
    REQUIRE(out.options.auth.users.size() == 2);
    CHECK(out.options.auth.users[0].password == "p");
    CHECK(out.options.auth.users[1].password == "p");
    broker::AccountTable accounts;
    broker::AuthRules rules = out.options.auth;
    const broker::Credentials given{.user = "w", .password = "p"};
    CHECK_FALSE(broker::Authenticator(rules, accounts).authenticate(given));
    rules.door = broker::ConnectionType::websocket;
    CHECK(broker::Authenticator(rules, accounts).authenticate(given));
  }

  TEST_CASE("a user may be a public nkey instead of a name and a password") {
    const Read out = read("authorization { users: [{nkey: " + std::string(kNkey) +
                          ", permissions: {publish: a}}] }");
    CHECK(out.report.errors.empty());
    CHECK(out.report.notices.empty());
    REQUIRE(out.options.auth.users.size() == 1);
    CHECK(out.options.auth.users[0].name == kNkey);
    CHECK(out.options.auth.users[0].nkey);
    CHECK(out.options.auth.users[0].permissions);
  }

  TEST_CASE("what means nothing to a core server is accepted with a notice") {
    for (const char* text : {"jetstream: enabled",
                             "jetstream { store_dir: x }",
                             "mqtt { port: 1 }",
                             "store_dir: x",
                             "prof_port: 1",
                             "feature_flags {}",
                             "accounts { A { jetstream: enabled } }",
                             "cluster { pool_size: 3 }",
                             "max_traced_msg_len: 5"}) {
      CAPTURE(text);
      const Read out = read(text);
      CHECK(out.report.errors.empty());
      CHECK_FALSE(out.report.notices.empty());
    }
    CHECK(read("jetstream: disabled").report.notices.empty());
    CHECK(read("store_dir: x").report.notices[0] ==
          "t.conf:1:0: \"store_dir\" has no effect in this broker");
  }

  TEST_CASE("what would weaken security if it were ignored is refused") {
    for (const char* text :
         {"authorization { auth_callout { issuer: x } }",
          "tls { cert_file: a, key_file: b, ocsp_peer: true }",
          "tls { cert_file: a, key_file: b, verify_cert_and_check_known_urls: true }"}) {
      CAPTURE(text);
      CHECK_FALSE(read(text).report.errors.empty());
    }
  }

  TEST_CASE("how routes are compressed is a word, yes or no, or a block") {
    const auto mode = [](const std::string& text) {
      return route_settings(good("cluster { compression: " + text + " }")).compression.mode;
    };
    CHECK(route_settings(good("cluster { port: 1 }")).compression.mode == "accept");
    CHECK(mode("better") == "s2_better");
    CHECK(mode("true") == "s2_fast");
    CHECK(mode("off") == "off");
    const Options options = good("cluster { compression { mode: auto, rtts: [5ms, 20ms] } }");
    CHECK(route_settings(options).compression.thresholds ==
          std::vector<base::nanoseconds>{std::chrono::milliseconds(5),
                                         std::chrono::milliseconds(20)});
    CHECK(read("cluster { compression: 5 }").report.errors.at(0) ==
          "t.conf:1:10: field \"compression\" should be a boolean or a structure, got int64");
    CHECK(validate(good("cluster { port: 1, compression: zip }")).error().what ==
          "unsupported compression mode \"zip\"");
  }

  TEST_CASE("a tls block") {
    const Options options =
        read(
            "tls { cert_file: a, key_file: b, ca_file: c, verify_and_map: true,\n"
            "  timeout: 5, handshake_first: auto, pinned_certs: [" +
            std::string(64, 'A') +
            "],\n"
            "  cipher_suites: [TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305], curve_preferences: [X25519] "
            "}\n"
            "allow_non_tls: true\n")
            .options;
    REQUIRE(options.tls);
    CHECK(options.tls->settings.cert_file == "a");
    CHECK(options.tls->settings.key_file == "b");
    CHECK(options.tls->settings.ca_file == "c");
    CHECK(options.tls->settings.verify);
    CHECK(options.auth.map_certificates);
    CHECK(options.tls->settings.timeout == std::chrono::seconds(5));
    CHECK(options.tls->handshake_first == std::chrono::milliseconds(50));
    CHECK(options.tls->settings.pinned_certs == std::vector{std::string(64, 'a')});
    CHECK(options.tls->settings.ciphers ==
          std::vector<std::string>{"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305"});
    CHECK(options.tls->settings.curves == std::vector<std::string>{"X25519"});
    CHECK(options.allow_non_tls);
    const auto cluster = read(
                             "cluster { port: 1, tls { cert_file: a, key_file: b,\n"
                             "  verify_cert_and_check_known_urls: true } }")
                             .options.cluster;
    CHECK(cluster.tls->verify);
    CHECK(cluster.tls->check_known_urls);
  }

  TEST_CASE("certificates that cannot be read keep a server from starting") {
    const auto loaded = load_tls(read("tls { cert_file: no.pem, key_file: no.key }").options);
    REQUIRE_FALSE(loaded);
    CHECK(loaded.error().what.find("no.pem") != std::string::npos);
  }

  // Each seen from nats-server 2.10.27 -t.
  TEST_CASE("mistakes are told in nats-server's words") {
    const std::pair<const char*, const char*> rows[] = {
        {"foo: 1", "1:0: unknown field \"foo\""},
        {"debug: 1", "1:0: interface conversion: interface {} is int64, not bool"},
        {"port: abc", "1:0: interface conversion: interface {} is string, not int64"},
        {"port: 1.5", "1:0: interface conversion: interface {} is float64, not int64"},
        {"server_name: 5", "1:0: interface conversion: interface {} is int64, not string"},
        {"server_name: 2020-01-01T00:00:00Z",
         "1:0: interface conversion: interface {} is time.Time, not string"},
        {"tls: 1", "1:0: interface conversion: interface {} is int64, not map[string]interface {}"},
        {"ping_interval: xx", "1:0: error parsing ping_interval: time: invalid duration \"xx\""},
        {"max_payload: 9gb", "1:0: max_payload value is too big"},
        {"max_control_line: 9gb", "1:0: max_control_line value is too big"},
        {"max_sub_tokens: 300", "1:0: max_sub_tokens value is too big"},
        {"max_sub_tokens: -1", "1:0: max_sub_tokens value can not be negative"},
        {"lame_duck_duration: 5s", "1:0: invalid lame_duck_duration of 5s, minimum is 30 seconds"},
        {"lame_duck_duration: 45", "1:0: interface conversion: interface {} is int64, not string"},
        {"server_tags: 1", "1:0: error parsing tags: unsupported type int64"},
        {"jetstream: foo", "1:0: Expected 'enabled' or 'disabled' for string value, got 'foo'"},
        {"system_account: 1", "1:0: system account name must be a string"},
        {"cluster: 1", "1:0: Expected map to define cluster, got int64"},
        {"cluster { foo: 1 }", "1:10: unknown field \"foo\""},
        {"cluster { listen: abc }", "1:10: could not parse address string \"abc\""},
        {"cluster { routes: ['nats://a:b:c'] }",
         "1:20: error parsing route url [\"nats://a:b:c\"]"},
        {"cluster { authorization { users: [{user: a, pass: b}] } }",
         "1:10: Cluster authorization does not allow multiple users"},
        {"cluster { authorization { token: a } }",
         "1:10: Cluster authorization does not support tokens"},
        {"cluster { ping_interval: 40s }",
         "1:10: Cluster 'ping_interval' will reset to 30s which is the max for routes"},
        {"cluster { permissions { foo: 1 } }", "1:24: Unknown field \"foo\" parsing permissions"},
        {"authorization { token: a, user: b, pass: c }", "1:0: Cannot have a user/pass and token"},
        {"authorization { token: a, users: [{user: b, pass: c}] }",
         "1:0: Can not have a token and a users array"},
        {"authorization { user: b, pass: c, users: [{user: b, pass: c}] }",
         "1:0: Can not have a single user/pass and a users array"},
        {"authorization { users: [{user: b, pass: c},{user: b, pass: c}] }",
         "1:0: Duplicate user \"b\" detected"},
        {"accounts { A { users: [{user: a, pass: b}] }, B { users: [{user: a, pass: b}] } }",
         "1:50: Duplicate user \"a\" detected"},
        {"authorization { users: [{pass: b}] }", "1:25: User entry requires a user"},
        {"authorization { users: [{user: b, foo: 1}] }", "1:34: unknown field \"foo\""},
        {"authorization { users: [1 ] }", "1:24: Expected user entry to be a map/struct, got 1"},
        {"authorization { users: [{nkey: b}] }", "1:25: Not a valid public nkey for a user"},
        {"authorization { users: [{nkey: UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK, "
         "password: x}] }",
         "1:25: Nkey users do not take usernames or passwords"},
        {"authorization { users: [{nkey: "
         "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK},{nkey: "
         "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK}] }",
         "1:0: Duplicate nkey \"UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK\" "
         "detected"},
        {"authorization { users: [{user: b, permissions: abc}] }",
         "1:34: Expected permissions to be a map/struct, got abc"},
        {"authorization { users: [{user: b, permissions: {publish: {foo: 1}}}] }",
         "1:58: Unknown field name \"foo\" parsing subject permissions, only 'allow' or 'deny' are "
         "permitted"},
        {"authorization { users: [{user: b, permissions: {publish: {allow: 1}}}] }",
         "1:58: Expected subject permissions to be a subject, or array of subjects, got int64"},
        {"authorization { users: [{user: b, permissions: {allow_responses: 3}}] }",
         "1:48: error parsing response permissions, expected a boolean or a map"},
        {"accounts { '$G' {} }", "1:12: \"$G\" is a Reserved Account"},
        {"accounts { A: 1 }", "1:11: Expected map entries for accounts"},
    };
    for (const auto& [text, says] : rows) {
      CAPTURE(text);
      CHECK(mistakes(std::string(text) + "\n") == "t.conf:" + std::string(says) + "\n");
    }
    CHECK(mistakes("authorization { users: [{user: b, permissions: {publish: 'a..b'}}] }") ==
          "subject \"a..b\" is not a valid subject\n");
  }

  TEST_CASE("every mistake of a file is told, and variables are no unknown keys") {
    CHECK(mistakes("foo: 1\nbar: 2\nport: abc\n") ==
          "t.conf:1:0: unknown field \"foo\"\nt.conf:2:1: unknown field \"bar\"\n"
          "t.conf:3:1: interface conversion: interface {} is string, not int64\n");
    CHECK(good("THE_PORT: 4333\nport: $THE_PORT\n").port == 4333);
  }

  TEST_CASE("options that do not go together are refused at the start") {
    CHECK(why_not("cluster { routes: [nats://a:1] }") ==
          "solicited routes require cluster capabilities, e.g. --cluster");
    CHECK(why_not("lame_duck_grace_period: '3m'") ==
          "lame duck grace period (3m0s) should be strictly lower than lame duck duration (2m0s)");
    CHECK(why_not("max_payload: 104857600") ==
          "max_payload (104857600) cannot be higher than max_pending (67108864)");
    CHECK(why_not("no_auth_user: zz, authorization { users: [{user: a, pass: b}] }") ==
          "no_auth_user: \"zz\" not present as user or nkey in authorization block or account "
          "configuration");
  }

  TEST_CASE("plain passwords are noticed, hashed ones are fine") {
    CHECK(has_plain_passwords(good("authorization { user: a, password: b }")));
    CHECK(has_plain_passwords(good("authorization { users: [{user: a, password: b}] }")));
    CHECK_FALSE(has_plain_passwords(good("authorization { token: t }")));
    CHECK_FALSE(has_plain_passwords(
        good("authorization { user: a, password: "
             "$2a$11$abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyza }")));
    CHECK_FALSE(has_plain_passwords(good("")));
  }
}
