#include "contract/monitoring.h"

#include "base/files.h"
#include "contract/links.h"

#include <doctest/doctest.h>

using base::Json;
using contract::Varz;

namespace {

// An answer of a real server, kept in tests/contract/data.
Json answer(const std::string& name) {
  auto text = base::read_file(PROJECT_ROOT "/tests/contract/data/" + name + ".json");
  REQUIRE(text);
  auto json = Json::parse(*text);
  REQUIRE(json);
  return *json;
}

std::vector<std::string> names(const Json& json) {
  std::vector<std::string> result;
  for (const auto& field : json.fields())
    result.push_back(field.first);
  return result;
}

}  // namespace

TEST_SUITE("contract: monitoring") {
  TEST_CASE("/varz of every supported release is understood") {
    for (const std::string version : {"2.9.10", "2.10.27", "2.15.1"}) {
      CAPTURE(version);
      auto varz = Varz::from_json(answer("varz-" + version));
      REQUIRE(varz);
      CHECK(varz->version == version);
      CHECK(varz->server_name == "S" + version);
      CHECK(varz->cluster.name == "X");
      CHECK(varz->remotes == 2);
      CHECK(varz->connections == 0);
      CHECK(varz->ping_interval == std::chrono::minutes(2));
      CHECK(varz->now > varz->start);
      CHECK(varz->connect_urls.size() == 3);
      CHECK(varz->system_account == "$SYS");
    }
  }

  TEST_CASE("what a release does not tell is not taken for zero") {
    auto old = Varz::from_json(answer("varz-2.9.10"));
    auto current = Varz::from_json(answer("varz-2.10.27"));
    REQUIRE(old);
    REQUIRE(current);
    CHECK_FALSE(old->slow_consumer_stats);
    CHECK(current->slow_consumer_stats);
    CHECK_FALSE(old->cluster.pool_size);
    CHECK(current->cluster.pool_size == 3);

    auto sparse = Varz::from_json(Json::object({{"server_id", "N"}, {"remotes", "two"}}));
    REQUIRE(sparse);
    CHECK_FALSE(sparse->connections);
    CHECK_FALSE(sparse->remotes);
  }

  TEST_CASE("a /varz that is read and written again is the same text") {
    const Json original = answer("varz-2.10.27");
    auto varz = Varz::from_json(original);
    REQUIRE(varz);
    CHECK(varz->to_json().dump_pretty() == original.dump_pretty());
  }

  TEST_CASE("a /routez that is read and written again is the same text") {
    for (const std::string version : {"2.9.10", "2.10.27"}) {
      CAPTURE(version);
      const Json original = answer("routez-" + version);
      auto routez = contract::Routez::from_json(original);
      REQUIRE(routez);
      CHECK(routez->to_json().dump_pretty() == original.dump_pretty());
    }
  }

  TEST_CASE("the servers behind the routes are told apart by their id") {
    auto routez = contract::Routez::from_json(answer("routez-2.10.27"));
    REQUIRE(routez);
    CHECK(routez->num_routes == 5);
    std::set<std::string> ids;
    std::set<std::string> servers;
    for (const auto& route : routez->routes) {
      ids.insert(route.remote_id);
      servers.insert(route.remote_name.value());
    }
    CHECK(ids.size() == 2);
    CHECK(servers == std::set<std::string>{"S2.9.10", "S2.15.1"});
    const auto peers = contract::RoutePeers::from_json(answer("routez-2.10.27"));
    REQUIRE(peers);
    REQUIRE(peers->peers.size() == 2);
    for (const auto& peer : peers->peers) {
      const bool is_old = peer.remote_name == "S2.9.10";  // one connection, for everything
      CHECK(peer.connections == (is_old ? 1 : 4));
      CHECK(peer.in_pool == (is_old ? 1 : 3));
      for (const auto& route : routez->routes)
        CHECK((route.remote_id != peer.remote_id || route.rid <= peer.newest));
    }
    const auto old = contract::RoutePeers::from_json(answer("routez-2.9.10"));
    REQUIRE(old);
    CHECK_FALSE(old->peers.front().remote_name);
    CHECK_FALSE(contract::RoutePeers::from_json(Json::object()));
  }

  TEST_CASE("/connz leaves out what an anonymous open connection does not have") {
    contract::Connz connz{.server_id = "N", .num_connections = 1, .total = 1, .limit = 1024};
    connz.connections.push_back(
        {.cid = 5, .kind = "Client", .type = "nats", .ip = "127.0.0.1", .port = 4000});
    CHECK(names(connz.to_json()["connections"].items()[0]) ==
          std::vector<std::string>{"cid",
                                   "kind",
                                   "type",
                                   "ip",
                                   "port",
                                   "start",
                                   "last_activity",
                                   "uptime",
                                   "idle",
                                   "pending_bytes",
                                   "in_msgs",
                                   "out_msgs",
                                   "in_bytes",
                                   "out_bytes",
                                   "subscriptions"});
    auto again = contract::Connz::from_json(connz.to_json());
    REQUIRE(again);
    CHECK(again->connections[0].cid == 5);
    CHECK_FALSE(again->connections[0].stop);
  }

  TEST_CASE("/subsz has its page only when subscriptions were asked for") {
    contract::Subsz subsz{.num_subscriptions = 3};
    CHECK(names(subsz.to_json()).front() == "num_subscriptions");
    subsz.page = contract::SubszPage{.server_id = "N", .total = 1, .limit = 1024};
    subsz.page->subscriptions_list.push_back(
        {.account = "$G", .subject = "a", .sid = "1", .cid = 7});
    auto again = contract::Subsz::from_json(subsz.to_json());
    REQUIRE(again);
    REQUIRE(again->page);
    CHECK(again->page->total == 1);
    CHECK(again->page->subscriptions_list[0].subject == "a");
  }

  TEST_CASE("/healthz is ok or says why not") {
    auto good = contract::Healthz::from_json(*Json::parse(R"({"status":"ok"})"));
    REQUIRE(good);
    CHECK(good->ok());
    CHECK(good->to_json().dump() == R"({"status":"ok"})");
    auto bad = contract::Healthz::from_json(
        *Json::parse(R"({"status":"unavailable","error":"no leader"})"));
    REQUIRE(bad);
    CHECK_FALSE(bad->ok());
    CHECK(bad->error == "no leader");
  }

  TEST_CASE("a page that is not a NATS server's is an error") {
    CHECK_FALSE(Varz::from_json(Json::array()));
    CHECK_FALSE(Varz::from_json(*Json::parse(R"({"hello":"world"})")));
    CHECK_FALSE(contract::Healthz::from_json(Json("ok")));
  }
}
