#include "broker/cluster/route_table.h"

#include <doctest/doctest.h>

using broker::Destination;
using broker::Peer;
using broker::RouteTable;

namespace {

std::shared_ptr<Destination> connection(std::uint64_t rid) {
  return std::make_shared<Destination>(Destination::Kind::route, 0, rid, "", 1);
}

Peer peer(const std::string& server_id,
          std::shared_ptr<Destination> to,
          std::vector<contract::Url> configured = {}) {
  Peer peer;
  peer.info.server_id = server_id;
  peer.to = std::move(to);
  peer.configured = std::move(configured);
  return peer;
}

contract::Url url(int port) {
  contract::Url url;
  url.host = "127.0.0.1";
  url.port = port;
  return url;
}

}  // namespace

TEST_SUITE("broker: route table") {
  TEST_CASE("a server is held by one connection: the first") {
    RouteTable table;
    const auto first = connection(1);
    const auto second = connection(2);
    CHECK(table.add(peer("N1", first)) == RouteTable::Outcome::registered);
    CHECK(table.add(peer("N1", second)) == RouteTable::Outcome::already_connected);
    CHECK(table.size() == 1);
    CHECK(table.find(*first));
    CHECK_FALSE(table.find(*second));
  }

  TEST_CASE("the connection that stays inherits the configured routes of the one that goes") {
    RouteTable table;
    const auto first = connection(1);
    table.add(peer("N1", first));
    table.add(peer("N1", connection(2), {url(6222)}));
    const auto gone = table.remove(*first);
    REQUIRE(gone);
    CHECK(gone->configured == std::vector{url(6222)});
  }

  TEST_CASE("a duplicate that closes takes nothing with it") {
    RouteTable table;
    const auto second = connection(2);
    table.add(peer("N1", connection(1)));
    table.add(peer("N1", second));
    CHECK_FALSE(table.remove(*second));
    CHECK(table.has("N1"));
  }

  TEST_CASE("a server that has gone may come again") {
    RouteTable table;
    const auto first = connection(1);
    table.add(peer("N1", first));
    table.remove(*first);
    CHECK_FALSE(table.has("N1"));
    CHECK(table.ever_had_one());
    CHECK(table.add(peer("N1", connection(2))) == RouteTable::Outcome::registered);
  }

  TEST_CASE("a server becomes a lame duck once") {
    RouteTable table;
    const auto first = connection(1);
    table.add(peer("N1", first));
    CHECK(table.mark_lame_duck(*first));
    CHECK_FALSE(table.mark_lame_duck(*first));
    CHECK(table.all().front().lame_duck);
  }
}
