#include "broker/server/options_reader.h"
#include "broker/server/reload.h"

#include <doctest/doctest.h>

using broker::ConfReport;
using broker::Options;

namespace {

struct Read {
  Options options = {};
  ConfReport report = {};
};

Read read(const std::string& text) {
  Read out;
  const auto conf = contract::parse_conf(text, "t.conf");
  REQUIRE(conf);
  broker::apply_conf(*conf, out.options, out.report);
  return out;
}

std::string mistake(const std::string& block) {
  const Read out = read("websocket { " + block + " }");
  return out.report.errors.empty() ? "" : out.report.errors[0];
}

std::string refusal(const std::string& text) {
  const Read out = read(text);
  CHECK(out.report.errors.empty());
  const auto good = broker::validate(out.options);
  return good ? "" : good.error().what;
}

}  // namespace

TEST_SUITE("broker: websocket options") {
  TEST_CASE("every key of the block") {
    const Read out = read(R"(
      ws {
        listen: "0.0.0.0:8080", advertise: "example.com:443", no_tls: true, same_origin: true
        allowed_origins: ["http://a.net"], compress: true, handshake_timeout: 3
        jwt_cookie: j, user_cookie: u, pass_cookie: p, token_cookie: t, no_auth_user: nobody
        authorization { user: web, password: secret, timeout: 1.5 }
        headers { X-One: first }, ping_interval: "20s"
      })");
    CHECK(out.report.errors.empty());
    CHECK(out.report.notices.empty());
    const broker::WebsocketOptions& websocket = out.options.websocket;
    CHECK(websocket.host == "0.0.0.0");
    CHECK(websocket.port == 8080);
    CHECK(websocket.advertise == "example.com:443");
    CHECK(websocket.no_tls);
    CHECK(websocket.same_origin);
    CHECK(websocket.allowed_origins == std::vector<std::string>{"http://a.net"});
    CHECK(websocket.compression);
    CHECK(websocket.handshake_timeout == std::chrono::seconds(3));
    CHECK(websocket.jwt_cookie == "j");
    CHECK(websocket.user_cookie == "u");
    CHECK(websocket.password_cookie == "p");
    CHECK(websocket.token_cookie == "t");
    CHECK(websocket.no_auth_user == "nobody");
    CHECK(websocket.user == "web");
    CHECK(websocket.password == "secret");
    CHECK(websocket.auth_timeout == std::chrono::milliseconds(1500));
    CHECK(websocket.headers.at(0) == std::pair<std::string, std::string>("X-One", "first"));
    CHECK(websocket.ping_interval == std::chrono::seconds(20));
    CHECK(broker::websocket_limits(out.options).ping_interval == std::chrono::seconds(20));
  }

  TEST_CASE("mistakes have their place") {
    CHECK(mistake("port: x") ==
          "t.conf:1:12: interface conversion: interface {} is string, not int64");
    CHECK(mistake("listen: true") == "t.conf:1:12: expected port or host:port, got bool");
    CHECK(mistake("nonsense: 1") == "t.conf:1:12: unknown field \"nonsense\"");
    CHECK(mistake("handshake_timeout: true") ==
          "t.conf:1:12: error parsing handshake timeout: unsupported type bool");
    CHECK(mistake("headers: 5") == "t.conf:1:12: error parsing headers: unsupported type int64");
    CHECK(mistake("authorization { users: [] }").ends_with("unknown field \"users\""));
    CHECK(read("websocket: 5").report.errors.at(0) ==
          "t.conf:1:0: Expected websocket to be a map, got int64");
  }

  TEST_CASE("what only shows when all is read is refused at the start") {
    CHECK(refusal("websocket { port: 80 }") == "websocket requires TLS configuration");
    CHECK(refusal("websocket { allowed_origins: [x] }").empty());  // there is no door
    CHECK(refusal("websocket { port: 80, no_tls: true, allowed_origins: [x] }") ==
          "unable to parse allowed origin: parse \"x\": invalid URI for request");
    CHECK(refusal("websocket { port: 80, no_tls: true, allowed_origins: [\"ftp://x\"] }") ==
          "unable to parse allowed origin \"ftp://x\": allowed origins must be absolute URLs with "
          "http or https scheme");
    CHECK(refusal("websocket { port: 80, no_tls: true, no_auth_user: a }") ==
          "no_auth_user: \"a\" present, but users/nkeys are not defined");
    const std::string users = "authorization { users: [{user: a, password: p}] }\n";
    CHECK(refusal(users + "websocket { port: 80, no_tls: true, authorization { user: b } }") ==
          "websocket authentication username not compatible with presence of users/nkeys");
    CHECK(refusal(users + "websocket { port: 80, no_tls: true, authorization { token: b } }") ==
          "websocket authentication token not compatible with presence of users/nkeys");
    CHECK(refusal("websocket { port: 80, no_tls: true, jwt_cookie: jwt }") ==
          "trusted operators or trusted keys configuration is required for JWT authentication via "
          "cookie \"jwt\"");
    CHECK(refusal("websocket { port: 80, no_tls: true, headers { Upgrade: x } }") ==
          "websocket: invalid header \"Upgrade\" not allowed");
    CHECK(refusal("websocket { port: 80, no_tls: true, headers { Sec-WebSocket-Key: x } }") ==
          "websocket: invalid header \"Sec-WebSocket-Key\", \"Sec-WebSocket-\" prefix not allowed");
  }

  TEST_CASE("a reload changes certificates and nothing else, and says no password") {
    const auto plan = [](const std::string& before, const std::string& after) {
      const auto made = broker::plan_reload(read("websocket { " + before + " }").options,
                                            read("websocket { " + after + " }").options);
      return made ? "" : made.error().what;
    };
    CHECK(plan("port: 80, no_tls: true", "port: 80, no_tls: true").empty());
    CHECK(plan("port: 80, tls { cert_file: a, key_file: b }",
               "port: 80, tls { cert_file: c, key_file: d }")
              .empty());
    const std::string refused = plan("port: 80, authorization { user: a, password: hidden }",
                                     "port: 80, authorization { user: a, password: other }");
    CHECK(refused.starts_with("config reload not supported for Websocket: old={0.0.0.0 80 "));
    CHECK(refused.find("hidden") == std::string::npos);
  }
}
