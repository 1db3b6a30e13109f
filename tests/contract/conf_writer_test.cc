#include "contract/conf_writer.h"

#include "contract/conf_parser.h"

#include <doctest/doctest.h>

using contract::ConfValue;

TEST_SUITE("contract: conf writer") {
  TEST_CASE("a tree is written as a person would write it") {
    ConfValue conf = ConfValue::map();
    conf.set("listen", ConfValue::text("127.0.0.1:4222"));
    ConfValue cluster = ConfValue::map();
    cluster.set("name", ConfValue::text("orders"));
    cluster.set("routes", ConfValue::list({ConfValue::text("nats://a:6222")}));
    conf.set("cluster", cluster);
    conf.set("debug", ConfValue::boolean(true));
    CHECK(contract::write_conf(conf) ==
          "listen: \"127.0.0.1:4222\"\n"
          "cluster {\n"
          "  name: \"orders\"\n"
          "  routes: [\n"
          "    \"nats://a:6222\",\n"
          "  ]\n"
          "}\n"
          "debug: true\n");
  }

  TEST_CASE("what is written reads back as the same tree") {
    const auto conf = contract::parse_conf(R"(
      a: 1, b: -2k, c: 1.5, d: 0.000001, e: "with \"quotes\" \\ and \x01\n", f: 'true', g: on
      "odd key { } = :": 1, 'say "hi"': 2, "include": x, 127.0.0.1: 3
      date: 2020-01-02T03:04:05Z
      pass: $2a$10$abc
      block: (
 line 1
 line 2
)
      deep [ [1, [2, {x: []}]], {}, {y: {z: ""}} ]
    )",
                                           "t.conf");
    REQUIRE(conf);
    const std::string text = contract::write_conf(*conf);
    const auto again = contract::parse_conf(text, "again.conf");
    INFO(text);
    REQUIRE_MESSAGE(again, again.error().what);
    CHECK(*again == *conf);
    CHECK(contract::write_conf(*again) == text);
  }

  TEST_CASE("a conf can be changed and written for another server") {
    auto conf = *contract::parse_conf("Port: 4222\njetstream { store_dir: /x }\n", "t.conf");
    CHECK(conf.remove("JetStream"));
    CHECK_FALSE(conf.remove("jetstream"));
    conf.remove("port");
    conf.set("port", ConfValue::integer(4444));
    CHECK(contract::write_conf(conf) == "port: 4444\n");
  }
}
