#include "broker/cluster/gossip.h"

#include <doctest/doctest.h>

namespace {

contract::ServerInfo info(const std::string& host, int port, const std::string& ip) {
  contract::ServerInfo info;
  info.host = host;
  info.port = port;
  info.ip = ip;
  return info;
}

contract::Url route(const std::string& text) {
  auto url = contract::Url::parse(text);
  REQUIRE(url);
  return *url;
}

}  // namespace

TEST_SUITE("broker: gossip") {
  TEST_CASE("a server is dialled where the one that tells of it has seen it") {
    const auto url = broker::dial_address(info("0.0.0.0", 6222, "nats-route://10.1.2.3:6222/"));
    CHECK(url.host == "10.1.2.3");
    CHECK(url.port == 6222);
  }

  TEST_CASE("a server is dialled where it listens when nobody has seen it") {
    const auto url = broker::dial_address(info("example.net", 6333, ""));
    CHECK(url.host == "example.net");
    CHECK(url.port == 6333);
  }

  TEST_CASE("a configured route is known by host and port, whatever its user") {
    broker::ClusterSettings settings;
    settings.routes = {route("nats://r:secret@127.0.0.1:6222")};
    CHECK(broker::is_configured(settings, route("nats-route://127.0.0.1:6222")));
    CHECK_FALSE(broker::is_configured(settings, route("nats-route://127.0.0.1:6333")));
  }
}
