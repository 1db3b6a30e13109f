#include "broker/server/options_reader.h"

#include <doctest/doctest.h>

using namespace broker;

namespace {

struct Read {
  Options options = {};
  ConfReport report = {};
};

Read read(const std::string& text) {
  Read out;
  const auto conf = contract::parse_conf(text, "x.conf");
  CAPTURE(text);
  REQUIRE(conf);
  apply_conf(*conf, out.options, out.report);
  return out;
}

GatewaySettings good(const std::string& text) {
  const Read out = read(text);
  CAPTURE(text);
  CHECK(out.report.errors.empty());
  CHECK(out.report.warnings.empty());
  return out.options.gateway;
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
  const auto valid = validate(read(text).options);
  return valid ? "valid" : valid.error().what;
}

}  // namespace

TEST_SUITE("broker: the gateway block") {
  TEST_CASE("it says where we listen, and which other clusters there are") {
    const GatewaySettings gateway = good(
        "gateway { name: EAST, listen: \"127.0.0.1:7222\", advertise: \"e1:7000\"\n"
        "  authorization { user: gw, password: secret, timeout: 3 }\n"
        "  connect_retries: 4, connect_backoff: true, reject_unknown_cluster: true\n"
        "  write_deadline: \"5s\"\n"
        "  gateways: [ { name: WEST, url: \"nats://w1:7222\" },\n"
        "              { name: NORTH, urls: [ \"nats://n1:7222\", \"nats://u:p@n2:7222\" ] } ] "
        "}\n");
    CHECK(gateway.enabled());
    CHECK(gateway.name == "EAST");
    CHECK(gateway.host == "127.0.0.1");
    CHECK(gateway.port == 7222);
    CHECK(gateway.advertise == "e1:7000");
    CHECK(gateway.user == "gw");
    CHECK(gateway.password == "secret");
    CHECK(gateway.auth_timeout == std::chrono::seconds(3));
    CHECK(gateway.connect_retries == 4);
    CHECK(gateway.connect_backoff);
    CHECK(gateway.reject_unknown);
    CHECK(gateway.write_deadline == std::chrono::seconds(5));
    REQUIRE(gateway.remotes.size() == 2);
    CHECK(gateway.remotes[0].urls.front().address().text() == "w1:7222");
    CHECK(gateway.remotes[1].urls.size() == 2);
    CHECK(gateway.remotes[1].urls.back().user == "u");
    CHECK_FALSE(good("").enabled());
    CHECK(good("gateway { name: A, port: 7222, reject_unknown: yes }").reject_unknown);
  }

  TEST_CASE("what it does not say is as for clients, but PINGs come every 15 seconds at least") {
    const Options options =
        read("gateway { name: A, port: 7222 }\nwrite_deadline: \"3s\"\nping_max: 5\n").options;
    CHECK(gateway_settings(options).write_deadline == std::chrono::seconds(3));
    CHECK(gateway_settings(options).ping_interval == std::chrono::seconds(15));
    CHECK(gateway_settings(options).ping_max == 5);
    CHECK(route_settings(options).name == "A");
  }

  // Texts and places of 2.9.10, 2.10.27 and 2.15.1, which agree.
  TEST_CASE("mistakes are told in nats-server's words") {
    CHECK(mistakes("gateway: 5\n") == "x.conf:1:0: Expected gateway to be a map, got int64\n");
    CHECK(mistakes("gateway { name: A, port: x }\n") ==
          "x.conf:1:19: interface conversion: interface {} is string, not int64\n");
    CHECK(mistakes("gateway { name: A, listen: \"foo\" }\n") ==
          "x.conf:1:19: could not parse address string \"foo\"\n");
    CHECK(mistakes("gateway { name: A, port: 7222, authorization { token: x } }\n") ==
          "x.conf:1:31: Gateway authorization does not support tokens\n");
    CHECK(mistakes("gateway { name: A, port: 7222, authorization { users: "
                   "[ {user: a, password: b} ] } }\n") ==
          "x.conf:1:31: Gateway authorization does not allow multiple users\n");
    CHECK(mistakes(
              "gateway { name: A, port: 7222, gateways: [ {name: B, url: \"nats://[a:1\"} ] }\n") ==
          "x.conf:1:53: error parsing gateway url [\"nats://[a:1\"]\n");
    CHECK(mistakes("gateway { name: A, port: 7222, foo: 1 }\n") ==
          "x.conf:1:31: unknown field \"foo\"\n");
  }

  TEST_CASE("what does not go together is refused at the start") {
    CHECK(why_not("gateway { name: A }") ==
          "gateway \"A\" has no port specified (select -1 for random port)");
    CHECK(why_not("gateway { port: 7222 }") == "gateway has no name");
    CHECK(why_not("gateway { name: A, port: 7222, gateways: [ {url: \"nats://a:1\"} ] }") ==
          "gateway in the list 0 has no name");
    CHECK(why_not("gateway { name: A, port: 7222, gateways: [ {name: B} ] }") ==
          "gateway \"B\" has no URL");
    CHECK(why_not("gateway { name: A, port: 7222 }\ncluster { name: B }") ==
          "cluster name conflicts between cluster and gateway definitions");
    CHECK(why_not("gateway { name: A, port: 7222 }\ncluster { name: A, port: 6222 }") == "valid");
    CHECK(why_not("gateway { name: A, port: -1 }") == "valid");
  }
}
