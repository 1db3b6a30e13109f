#include "broker/main/flags.h"

#include <doctest/doctest.h>

using namespace broker;
using Wanted = CommandLine::Wanted;

namespace {

CommandLine line(const std::vector<std::string>& arguments) {
  auto read = read_command_line(arguments);
  if (!read) FAIL(read.error().what);
  return *read;
}

std::string mistake(const std::vector<std::string>& arguments) {
  const auto read = read_command_line(arguments);
  return read ? "no mistake" : read.error().what;
}

Options options(const std::vector<std::string>& arguments, Options before = {}) {
  const auto applied = apply_flags(line(arguments), before);
  if (!applied) FAIL(applied.error().what);
  return before;
}

std::string refusal(const std::vector<std::string>& arguments) {
  Options ignored;
  const auto applied = apply_flags(line(arguments), ignored);
  return applied ? "accepted" : applied.error().what;
}

}  // namespace

TEST_SUITE("broker: flags") {
  TEST_CASE("one dash is as good as two, and a value may follow or be attached") {
    for (const std::vector<std::string>& form : {std::vector<std::string>{"-p", "4333"},
                                                 {"--p", "4333"},
                                                 {"-port=4333"},
                                                 {"--port", "4333"}}) {
      CHECK(options(form).port == 4333);
    }
    CHECK(options({"-p", "-1"}).port == -1);
    CHECK(options({"--net=127.0.0.1"}).host == "127.0.0.1");
  }

  TEST_CASE("the tutorial's command line is understood") {
    const Options a = options({"-D",
                               "-p",
                               "4222",
                               "-cluster",
                               "nats://localhost:6222",
                               "-routes",
                               "nats://localhost:6222,nats://localhost:6333"});
    CHECK(a.log.debug);
    CHECK(a.port == 4222);
    CHECK(a.cluster.host == "localhost");
    CHECK(a.cluster.port == 6222);
    REQUIRE(a.cluster.routes.size() == 2);
    CHECK(a.cluster.routes[1].text() == "nats://localhost:6333");
    CHECK(a.cluster.name.empty());
    CHECK(validate(a));
  }

  TEST_CASE("a switch takes a value only with an equals sign") {
    CHECK_FALSE(options({"-D=false"}).log.debug);
    CHECK(options({"-D=1"}).log.debug);
    CHECK(options({"-DV=TRUE"}).log.trace);
    CHECK_FALSE(options({"-T=false"}).log.time);
    CHECK(mistake({"-D", "false"}) == "unrecognized command: \"false\"");
    CHECK(mistake({"-js=maybe"}) == "invalid boolean value \"maybe\" for -js: parse error");
  }

  TEST_CASE("-DV and its like are flags of their own") {
    CHECK(options({"-DV"}).log.debug);
    CHECK(options({"-DV"}).log.trace);
    CHECK(options({"-VV"}).trace_verbose);
    CHECK_FALSE(options({"-VV"}).log.debug);
    CHECK(options({"-DVV"}).log.debug);
    CHECK(mistake({"-VD"}) == "flag provided but not defined: -VD");
  }

  TEST_CASE("flags win over what the file said") {
    Options file;
    file.port = 4222;
    file.log.debug = true;
    file.cluster.port = 6222;
    file.cluster.routes = {*contract::Url::parse("nats://a:1")};
    CHECK(options({"-p", "4444"}, file).port == 4444);
    CHECK_FALSE(options({"-D=false"}, file).log.debug);
    CHECK(options({"--routes", ""}, file).cluster.routes.empty());
    CHECK_FALSE(options({"--cluster", ""}, file).cluster.enabled());
  }

  TEST_CASE("a cluster's url may hold the password of its routes, and any free port") {
    const Options with = options({"--cluster", "nats://u:p@127.0.0.1:-1", "--cluster_name", "C"});
    CHECK(with.cluster.user == "u");
    CHECK(with.cluster.password == "p");
    CHECK(with.cluster.port == -1);
    CHECK(with.cluster.name == "C");
    CHECK(refusal({"--cluster", "foo"}) == "missing port in address");
    CHECK(refusal({"--cluster", "nats://127.0.0.1"}) ==
          "address 127.0.0.1: missing port in address");
    CHECK(refusal({"--cluster", "nats://u@127.0.0.1:1"}) == "expected cluster password to be set");
    CHECK(refusal({"--cluster", "127.0.0.1:14888"}) ==
          "parse \"127.0.0.1:14888\": first path segment in URL cannot contain colon");
  }

  TEST_CASE("questions about the program are no options") {
    CHECK(line({"-v"}).wanted == Wanted::show_version);
    CHECK(line({"--version"}).wanted == Wanted::show_version);
    CHECK(line({"version"}).wanted == Wanted::show_version);
    CHECK(line({"-h"}).wanted == Wanted::show_usage);
    CHECK(line({"help"}).wanted == Wanted::show_usage);
    CHECK(line({"--help_tls"}).wanted == Wanted::show_tls_help);
    CHECK(line({"-t", "-c", "a.conf"}).wanted == Wanted::test_conf);
    CHECK(line({"-t", "-c", "a.conf"}).config_file == "a.conf");
    CHECK(line({"--signal", "ldm=12"}).wanted == Wanted::send_signal);
    CHECK(line({"-sl=stop"}).signal == "stop");
  }

  // Each seen from nats-server 2.10.27. The first three end with usage and 0, the last with 1.
  TEST_CASE("what cannot be read is told in nats-server's words") {
    CHECK(mistake({"-nosuchflag"}) == "flag provided but not defined: -nosuchflag");
    CHECK(mistake({"-p", "abc"}) == "invalid value \"abc\" for flag -p: parse error");
    CHECK(mistake({"-p"}) == "flag needs an argument: -p");
    CHECK(mistake({"---x"}) == "bad flag syntax: ---x");
    CHECK(mistake({"-=3"}) == "bad flag syntax: -=3");
    CHECK(read_command_line({"-p"}).error().code == base::ErrorCode::invalid);
    for (const std::vector<std::string>& words :
         {std::vector<std::string>{"bogus"}, {"--", "bogus"}, {"-p", "1", "bogus"}}) {
      CHECK(mistake(words) == "unrecognized command: \"bogus\"");
      CHECK(read_command_line(words).error().code == base::ErrorCode::refused);
    }
  }

  TEST_CASE("TLS is never silently left out") {
    CHECK(refusal({"--tls"}) == "TLS Server certificate must be present and valid");
    CHECK(refusal({"--tlsverify", "--tlscert", "a"}) ==
          "TLS Server private key must be present and valid");
    const auto asked =
        options({"--tlsverify", "--tlscert", "a", "--tlskey", "b", "--tlscacert", "c"});
    REQUIRE(asked.tls);
    CHECK(asked.tls->settings.cert_file == "a");
    CHECK(asked.tls->settings.key_file == "b");
    CHECK(asked.tls->settings.ca_file == "c");
    CHECK(asked.tls->settings.verify);
    Options file;
    file.tls.emplace();
    CHECK_FALSE(options({"--tls=false"}, file).tls);
    CHECK(options({}, file).tls);
  }

  TEST_CASE("flags that mean nothing here are told") {
    CHECK(flags_without_effect(line({"-js", "-sd", "x", "-p", "1"})) ==
          std::vector<std::string>{"-js", "-sd"});
    CHECK(flags_without_effect(line({"-js=false", "-D"})).empty());
    CHECK(options({"-s", "--profile", "1"}).port == 4222);
  }
}
