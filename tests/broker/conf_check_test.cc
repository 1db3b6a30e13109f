#include "tests/support/certificates.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

#include <cstdio>
#include <fstream>

#include <doctest/doctest.h>

using support::Release;

// What `-t` says of a file, on our broker and on a real 2.10: the same letters.

namespace {

constexpr char kValid[] = "configuration file c.conf is valid";

// The first line that `-t` says of "c.conf" in that folder.
std::string first_line(const Release& release, const support::TempDir& folder) {
  const std::string command = "cd " + folder.path().string() + " && timeout 20 " +
                              release.binary.string() + " -t -c c.conf 2>&1 | tr '\\0' '@'";
  std::string out;
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  char part[4096];
  for (std::size_t got = 0; (got = fread(part, 1, sizeof part, pipe)) > 0;)
    out.append(part, got);
  pclose(pipe);
  out = out.substr(0, out.find('\n'));
  constexpr std::string_view kStart = "nats-server: ";
  REQUIRE(out.starts_with(kStart));
  return out.substr(kStart.size());
}

struct Row {
  std::string conf;
  std::string says;
};

void check(const std::vector<Row>& rows) {
  for (const Release& release : {Release::broker(), Release::real("2.10")}) {
    CAPTURE(release.binary.string());
    for (const Row& row : rows) {
      CAPTURE(row.conf);
      const support::TempDir folder;
      std::ofstream(folder / "c.conf") << row.conf;
      CHECK(first_line(release, folder) == row.says);
    }
  }
}

std::string at(const std::string& place, const std::string& what) {
  return "c.conf:" + place + ": " + what;
}

}  // namespace

TEST_SUITE("broker: conf check") {
  TEST_CASE("letters: braces around a file, and keys without a value") {
    const std::string block = "Expected a block-level value to end with a new line, comment or EOF";
    const std::string top = "Expected a top-level value to end with a new line, comment or EOF";
    check({{"{ port: 1\n}", kValid},
           {"port: 1 }\n", kValid},
           {"{ port: 1 x }", "Parse error on line 1: '" + block + ", but got 'x' instead.'"},
           {"{ port: 1", "Parse error on line 1: '" + block + ", but got '@' instead.'"},
           {"}\nport: 1\n", "Parse error on line 2: '" + top + ", but got '1' instead.'"},
           {", a: 1\n", "Parse error on line 1: '" + top + ", but got '1' instead.'"},
           {"port: \n\n", "Parse error on line 2: 'Expected value but found new line'"},
           {"server_name: ", kValid},
           {"port", "config is invalid (c.conf:1:4)"},
           // Such a key gives the map its name, which is then missing outside.
           {"cluster { name: a\n port\n}\n",
            at("2:2", "interface conversion: interface {} is map[string]interface {}, not int64")},
           {"authorization {\n token: ",
            "Parse error on line 2: 'Expected a map value terminator \",\" or a map terminator "
            "\"}\", but got '@' instead.'"}});
  }

  TEST_CASE("a tls block") {
    const std::string tls = "error parsing tls config, ";
    check(
        {{"tls {\n  hello: 1\n}", at("2:3", tls + "unknown field \"hello\"")},
         {"tls {\n  cert_file: 1\n}", at("2:3", tls + "expected 'cert_file' to be filename")},
         {"tls {\n  verify: 1\n}", at("2:3", tls + "expected 'verify' to be a boolean")},
         {"tls {\n  cipher_suites: []\n}", at("2:3", tls + "'cipher_suites' cannot be empty")},
         {"tls {\n  cipher_suites: [a]\n}", at("2:19", "unrecognized cipher a")},
         {"tls {\n  curve_preferences: []\n}",
          at("2:3", tls + "'curve_preferences' cannot be empty")},
         {"tls {\n  curve_preferences: [\"a\"]\n}", at("2:24", "unrecognized curve preference a")},
         {"tls {\n  timeout: true\n}", at("2:3", tls + "'timeout' wrong type")},
         {"tls {\n  timeout: abc\n}", at("2:3", tls + "'timeout' time: invalid duration \"abc\"")},
         {"tls {\n  min_version: \"1.1\"\n}",
          at("2:3", "error parsing tls config: unsupported TLS version: TLS 1.1")},
         {"tls {\n  min_version: \"x\"\n}",
          at("2:3", "error parsing tls config: unknown version: x")},
         {"tls {\n  handshake_first: \"x\"\n}",
          at("2:3", "field \"handshake_first\"'s value \"x\" is invalid")},
         {"tls {\n  first: 1\n}",
          at("2:3", "field \"first\" should be a boolean or a string, got int64")},
         {"tls {\n  pinned_certs: [x]\n}",
          at("2:18",
             tls + "'pinned_certs' key x does not look like hex-encoded sha256 of DER encoded "
                   "SubjectPublicKeyInfo")},
         {"tls {\n  verify_cert_and_check_known_urls: true\n}",
          at("2:3", "verify_cert_and_check_known_urls not supported in this context")},
         {"tls {\n  certs: [ { cert_file: a } ]\n}",
          at("2:14",
             "error parsing certificates config: both 'cert_file' and 'cert_key' options are "
             "required")},
         {"port: 1\ntls {\n  cert_file: a\n}",
          at("2:1", "missing 'key_file' in TLS configuration")},
         {"port: 1\ntls {\n  cert_file: a, key_file: b\n}",
          at("2:1", "error parsing X509 certificate/key pair: open a: no such file or directory")},
         {"port: 1\ntls {\n  certs: [ { cert_file: a, key_file: b } ]\n}",
          at("2:1",
             "error parsing X509 certificate/key pair 1/1: open a: no such file or "
             "directory")},
         {"tls {\n  certs: []\n}", kValid}});
  }

  TEST_CASE("certificates that are none, or do not fit") {
    const support::Authority authority;
    const auto a = authority.issue("a", "a");
    const auto b = authority.issue("b", "b");
    const std::string cert = "cert_file: \"" + a.cert.string() + "\"";
    const std::string key = "key_file: \"" + a.key.string() + "\"";
    const std::string start = "error parsing X509 certificate/key pair: tls: ";
    check({{"port: 1\ntls { " + cert + ", " + key + " }", kValid},
           {"port: 1\ntls { " + cert + ", " + key + ", certs: [ { " + cert + ", " + key + " } ] }",
            at("2:1",
               "error parsing tls config, cannot combine 'cert_file' option with 'certs' option")},
           {"port: 1\ntls { cert_file: c.conf, key_file: c.conf }",
            at("2:1", start + "failed to find any PEM data in certificate input")},
           {"port: 1\ntls { " + cert + ", key_file: c.conf }",
            at("2:1", start + "failed to find any PEM data in key input")},
           {"port: 1\ntls { " + cert + ", key_file: \"" + b.key.string() + "\" }",
            at("2:1", start + "private key does not match public key")},
           {"port: 1\ntls { " + cert + ", " + key + ", ca_file: c.conf }",
            at("2:1", "failed to parse root ca certificate")}});
  }

  TEST_CASE("users, accounts and routes") {
    check({{"accounts { A {\n nkey: invalid } }",
            at("2:2", "Not a valid public nkey for an account: \"invalid\"")},
           {"authorization { permissions {\n publish: { allow: \"a..b\" } } }",
            at("2:13", "subject \"a..b\" is not a valid subject")},
           {"authorization { permissions {\n publish: \"a..b\" } }",
            "subject \"a..b\" is not a valid subject"},
           {"cluster {\n authorization { users: [] } }",
            at("2:2", "Cluster authorization does not allow multiple users")},
           {"cluster { routes: [\n nats://a:1\n nats://a:1 ] }",
            at("3:2", "invalid use of field \"nats://a:1\": Duplicate route entry detected")},
           {"max_subscription_tokens: 300", at("1:0", "max_subscription_tokens value is too big")},
           {"operator: \".\"", at("1:0", "error parsing operator JWT: read .: is a directory")}});
  }

  TEST_CASE("leaf nodes, gateways and kinds of connections") {
    const std::string types = "error parsing allowed connection types: unsupported type ";
    const std::string user = "authorization { users [ { user: a, password: p, connection_types: ";
    check({
        {"leafnodes { port: -1, min_version: \"bad.version\" }",
         at("1:22", "invalid leafnode's minimum version: invalid semver")},
        {"leafnodes { port: -1, compression: 123 }",
         at("1:22", "field \"compression\" should be a boolean or a structure, got int64")},
        {"leafnodes { port: -1, compression: { mode: s2_auto, rtt_thresholds: [abc] } }",
         at("1:52", "time: invalid duration \"abc\"")},
        {"gateway { name: A, gateways [ { name: B, url: \"nats://wrong url\" } ] }",
         at("1:41", "error parsing gateway url [\"nats://wrong url\"]")},
        {user + "123 } ] }", at("1:48", types + "int64")},
        {user + "[ 123 ] } ] }", at("1:68", types + "in array int64")},
        {user + "[ one, STANDARD, two ] } ] }",
         at("1:48", "invalid connection types [\"ONE\" \"TWO\"]")},
    });
  }

  TEST_CASE("blocks of services that a core server does not have") {
    check(
        {{"jetstream {\n foo: 1 }", at("2:2", "unknown field \"foo\"")},
         {"jetstream {\n cipher: x }", at("2:2", "Unknown cipher type: \"x\"")},
         {"jetstream {\n max_mem: true }", at("2:2", "max_mem_store must be int64 or string")},
         {"jetstream {\n max_file: \"1X\" }",
          at("2:2", "max_file_store sizes defined as strings must end in K, M, G, T")},
         {"jetstream {\n max_file: \"_Q_\" }",
          at("2:2", "max_file_store strconv.ParseInt: parsing \"_Q\": invalid syntax")},
         {"jetstream {\n limits: 1 }",
          at("2:2", "Expected a map to define JetStreamLimits, got int64")},
         {"jetstream: 1", at("1:0", "Expected map, bool or string to define JetStream, got int64")},
         {"accounts { A { jetstream {\n max_mem: x } } }",
          at("2:2", "Expected a parseable size for \"max_mem\", got x")},
         {"mqtt: 1", at("1:0", "Expected mqtt to be a map, got int64")},
         {"mqtt {\n foo: 1 }", at("2:2", "unknown field \"foo\"")},
         {"mqtt {\n ack_wait: x }",
          at("2:2", "error parsing ack_wait: time: invalid duration \"x\"")},
         {"mqtt {\n max_ack_pending: 70000 }",
          at("2:2", "invalid value 70000, should in [0..65535] range")},
         {"mqtt {\n consumer_replicas: 1 }",
          at("2:2",
             "invalid use of field \"consumer_replicas\": consumer replicas setting ignored in "
             "this server version")},
         {"syslog: 1", at("1:0", "interface conversion: interface {} is int64, not bool")}});
  }
}
