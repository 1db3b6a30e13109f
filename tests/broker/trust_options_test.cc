#include "broker/server/options_reader.h"
#include "tests/support/mint.h"
#include "tests/support/temp_dir.h"

#include <fstream>
#include <regex>

#include <doctest/doctest.h>

using namespace broker;

namespace {

// Operators and accounts, and a conf file that speaks of them.
class Conf {
 public:
  Conf() {
    for (
        const char* line :
        {"key| op operator",
         "key| sys account",
         "key| acme account",
         R"(jwt| op_jwt by op {"sub":"@op@","nats":{"type":"operator","version":2}})",
         R"(jwt| named by op {"sub":"@op@","nats":{"type":"operator","version":2,"system_account":"@sys@","account_server_url":"http://127.0.0.1:9/jwt"}})",
         R"(jwt| strict by op {"sub":"@op@","nats":{"type":"operator","version":2,"signing_keys":["@op@"],"strict_signing_key_usage":true}})",
         R"(jwt| newer by op {"sub":"@op@","nats":{"type":"operator","version":2,"assert_server_version":"2.99.0"}})",
         R"(jwt| acme_jwt by op {"sub":"@acme@","nats":{"type":"account","version":2}})"}) {
      REQUIRE(mint.define(line));
    }
  }

  Options read(const std::string& text) {
    report = {};
    Options options;
    options.version = "2.10.27";
    const auto conf = contract::parse_conf(mint.filled(text), "t.conf");
    REQUIRE(conf);
    apply_conf(*conf, options, report);
    return options;
  }

  std::string mistakes(const std::string& text) {
    read(text);
    std::string out;
    for (const auto& line : report.errors)
      out += line + "\n";
    return out;
  }

  std::string why_not(const std::string& text) {
    const Options options = read(text);
    for (const auto& line : report.errors)
      FAIL_CHECK(line);
    const auto valid = validate(options);
    return valid ? "valid" : valid.error().what;
  }

  support::Mint mint;
  ConfReport report;
};

}  // namespace

TEST_SUITE("broker: options of trust") {
  TEST_CASE("an operator is a JWT in the file, or the path of one") {
    Conf conf;
    const support::TempDir folder;
    std::ofstream(folder / "op.jwt")
        << "-----BEGIN NATS OPERATOR JWT-----\n"
        << conf.mint.filled("@op_jwt@") << "\n------END NATS OPERATOR JWT------\n";
    for (const std::string& operators : {std::string("operator: '@op_jwt@'"),
                                         std::string("operators: [ '@op_jwt@' ]"),
                                         "operator: '" + (folder / "op.jwt").string() + "'"}) {
      CAPTURE(operators);
      const Options options = conf.read(operators + "\nresolver: MEMORY\n");
      CHECK(conf.report.errors.empty());
      CHECK(options.auth.trust.trusted_keys == std::vector<std::string>{conf.mint.filled("@op@")});
    }
  }

  TEST_CASE("a strict operator signs with its signing keys only") {
    Conf conf;
    const OperatorRules rules = conf.read("operator: '@strict@', resolver: MEMORY").auth.trust;
    CHECK(rules.trusted_keys.size() == 1);
    CHECK(rules.strict_keys == rules.trusted_keys);
  }

  TEST_CASE("the operator's JWT names the system account and the resolver, unless the file does") {
    Conf conf;
    const Options told = conf.read("operator: '@named@'");
    CHECK(told.system_account == conf.mint.filled("@sys@"));
    REQUIRE(told.trust.resolver);
    CHECK(told.trust.resolver->url == "http://127.0.0.1:9/jwt/accounts/");
    const Options said = conf.read("resolver: MEM, operator: '@named@', system_account: '@acme@'");
    CHECK(said.system_account == conf.mint.filled("@acme@"));
    CHECK(said.trust.resolver->kind == ResolverSettings::Kind::memory);
  }

  TEST_CASE("a resolver is memory, a URL, or a folder") {
    Conf conf;
    const support::TempDir folder;
    const auto resolver = [&](const std::string& text) {
      const Options options = conf.read(text);
      for (const auto& line : conf.report.errors)
        FAIL_CHECK(line);
      REQUIRE(options.trust.resolver);
      return *options.trust.resolver;
    };
    CHECK(resolver("resolver: memory").kind == ResolverSettings::Kind::memory);
    CHECK(resolver("resolver: { type: mem }").kind == ResolverSettings::Kind::memory);
    CHECK(resolver("resolver: URL(http://127.0.0.1:9090/jwt/v1/accounts)").url ==
          "http://127.0.0.1:9090/jwt/v1/accounts/");
    const auto full = resolver("resolver: { type: full, dir: '" + folder.path().string() +
                               "', allow_delete: true, interval: '2m', limit: 7, timeout: '1s' }");
    CHECK(full.kind == ResolverSettings::Kind::full);
    CHECK(full.directory == folder.path().string());
    CHECK(full.allow_delete);
    CHECK(full.interval == std::chrono::minutes(2));
    CHECK(full.limit == 7);
    CHECK(full.timeout == std::chrono::seconds(1));
    CHECK(resolver("resolver: { type: cache, dir: '" + folder.path().string() + "', ttl: '1h' }")
              .ttl == std::chrono::hours(1));
  }

  // Each seen from nats-server 2.10.27 -t.
  TEST_CASE("mistakes are told in nats-server's words") {
    const std::pair<const char*, const char*> rows[] = {
        {"operator: nowhere",
         "1:0: error parsing operator JWT: open nowhere: no such file or directory"},
        {"operator: eyJx", "1:0: error parsing operator JWT: expected 3 chunks"},
        {"operator: '@acme_jwt@'", "1:0: error parsing operator JWT: not operator claim"},
        {"operator: 1", "1:0: error parsing operators: unsupported type int64"},
        {"resolver: nothing",
         "1:0: error parsing account resolver, should be MEM or  URL(\"url\") or a map containing "
         "dir and type state=[FULL|CACHE])"},
        {"resolver: 1", "1:0: error parsing operator resolver, wrong type int64"},
        {"operators: [ 1 ]",
         "1:0: error parsing operators: unsupported type *conf.token where string is expected"},
        {"resolver: { type: full }",
         "1:0: dir has no value and needs to point to a directory\n"
         "t.conf:1:0: mkdir : no such file or directory"},
        {"resolver: { type: full, dir: 'DIR', interval: x }", "1:0: time: invalid duration \"x\""},
        {"resolver: { type: full, dir: 'DIR', timeout: '0s' }",
         "1:0: Fetch timeout 0s is too smal"},
        {"resolver: { type: cache, dir: 'DIR', interval: '1m' }",
         "1:0: CACHE does not accept sync"},
        {"resolver: { type: cache, dir: 'DIR', allow_delete: true }",
         "1:0: CACHE does not accept allow_delete"},
        {"resolver: { type: full, dir: 'DIR', ttl: '1m' }", "1:0: FULL does not accept ttl"},
        {"resolver: { type: full, dir: 'DIR', hard_delete: true }",
         "1:0: hard_delete has no effect without delete"},
        {"resolver_preload: 1", "1:0: preload should be a map of account_public_key:account_jwt"},
        {"resolver_preload { A: 1 }", "1:19: preload map value should be a string JWT"},
        {"resolver_preload { A: x }", "1:19: invalid account JWT"},
        {"resolver_pinned_accounts: 1",
         "1:0: error parsing resolver_pinned_accounts: unsupported type int64"},
        {"trusted_keys: x", "1:0: trust key \"x\" required to be a valid public operator nkey"},
        {"trusted: [ 1 ]", "1:11: error parsing trusted: unsupported type in array int64"},
    };
    Conf conf;
    const support::TempDir folder;
    for (const auto& [row, says] : rows) {
      const std::string text =
          std::regex_replace(row, std::regex("DIR"), folder.path().string()) + "\n";
      CAPTURE(text);
      CHECK(conf.mistakes(text) == "t.conf:" + std::string(says) + "\n");
    }
  }

  TEST_CASE("what does not go together is refused at the start") {
    Conf conf;
    const std::string one = "operator: '@op_jwt@'\n";
    const std::string memory = one + "resolver: MEMORY\n";
    CHECK(conf.why_not(memory) == "valid");
    CHECK(conf.why_not("operators: ['@op_jwt@', '@op_jwt@']") ==
          "operators require an account resolver to be configured");
    CHECK(conf.why_not(memory + "accounts { A {} }") ==
          "operators do not allow Accounts to be configured directly");
    CHECK(conf.why_not(memory + "authorization { users: [{user: a, password: b}] }") ==
          "operators do not allow users to be configured directly");
    CHECK(conf.why_not(memory + "trusted_keys: '@op@'") ==
          "conflicting options for 'TrustedKeys' and 'TrustedOperators'");
    CHECK(conf.why_not(memory + "no_auth_user: a") ==
          "no_auth_user not compatible with Trusted Operator");
    CHECK(conf.why_not("operator: '@named@'\nresolver: MEMORY\nsystem_account: '@acme@'") ==
          "system_account in config and operator JWT must be identical");
    const support::TempDir folder;
    CHECK(conf.why_not(one + "resolver: { type: full, dir: '" + folder.path().string() + "' }") ==
          "using nats based account resolver - the system account needs to be specified in "
          "configuration or the operator jwt");
    CHECK(conf.why_not(memory + "resolver_pinned_accounts: x") ==
          "pinned account key \"x\" is not a valid public account nkey");
    CHECK(conf.why_not("operator: '@newer@'\nresolver: MEMORY") ==
          "operator " + conf.mint.filled("@op@") +
              " expected minor version 99 > server minor version 10");
  }
}
