#include "contract/jetstream.h"

#include "base/files.h"

#include <algorithm>
#include <limits>

#include <doctest/doctest.h>

using contract::Jsz;

namespace {

const std::vector<std::string> kVersions = {"2.9.10", "2.10.27", "2.15.1"};

// What server `name` of a cluster A, B, D of that version answered to /jsz with all details, kept
// in tests/contract/data.
Jsz answer(const std::string& version, const std::string& name) {
  const auto file = PROJECT_ROOT "/tests/contract/data/jsz-" + version + "-" + name + ".json";
  auto text = base::read_file(file);
  REQUIRE(text);
  auto json = base::Json::parse(*text);
  REQUIRE(json);
  auto jsz = Jsz::from_json(*json);
  REQUIRE(jsz);
  return *jsz;
}

const contract::StreamDetail* stream(const Jsz& jsz, const std::string& name) {
  for (const auto& account : jsz.account_details) {
    for (const auto& one : account.stream_detail) {
      if (one.name == name) return &one;
    }
  }
  return nullptr;
}

}  // namespace

TEST_SUITE("contract: jetstream") {
  TEST_CASE("all servers of a cluster name one meta leader, and it alone knows its peers") {
    for (const auto& version : kVersions) {
      CAPTURE(version);
      const auto leader = answer(version, "A").meta_cluster.value().leader;
      for (const std::string name : {"A", "B", "D"}) {
        CAPTURE(name);
        const auto meta = answer(version, name).meta_cluster.value();
        CHECK(meta.leader == leader);
        CHECK(meta.cluster_size == 3);
        const auto current = std::count_if(meta.replicas.begin(),
                                           meta.replicas.end(),
                                           [](const auto& peer) { return peer.current; });
        CHECK((current == 2) == (name == leader));
      }
    }
  }

  TEST_CASE("a stream of three copies is on every server, and its leader sees two current peers") {
    for (const auto& version : kVersions) {
      CAPTURE(version);
      const auto led_by = stream(answer(version, "A"), "ORDERS")->cluster.value().leader;
      const auto own = answer(version, led_by);
      const auto* orders = stream(own, "ORDERS");
      REQUIRE(orders);
      CHECK(orders->config.num_replicas == 3);
      CHECK(orders->config.retention == "limits");
      CHECK(orders->config.max_msgs == -1);
      CHECK(orders->state.messages == 20);
      CHECK(orders->state.last_seq == 20);
      REQUIRE(orders->cluster->replicas.size() == 2);
      for (const auto& peer : orders->cluster->replicas) {
        CHECK(peer.current);
        CHECK_FALSE(peer.offline);
        CHECK(peer.lag == 0);
        CHECK(peer.active < std::chrono::seconds(3));
      }
      REQUIRE(orders->consumer_detail.size() == 1);
      CHECK(orders->consumer_detail[0].config.durable_name == "DUR");
      CHECK(contract::replicas_of(orders->consumer_detail[0].config, orders->config) == 3);
    }
  }

  TEST_CASE("a stream of one copy is on one server, which leads it and has no replicas") {
    for (const auto& version : kVersions) {
      CAPTURE(version);
      int copies = 0;
      for (const std::string name : {"A", "B", "D"}) {
        const auto jsz = answer(version, name);
        const auto* memory = stream(jsz, "MEMORY");
        if (!memory) continue;
        ++copies;
        CHECK(memory->config.storage == "memory");
        CHECK(memory->cluster.value().leader == name);
        CHECK(memory->cluster->replicas.empty());
      }
      CHECK(copies == 1);
    }
  }

  TEST_CASE("numbers above 2^63 are read whole: an account without limits") {
    for (const auto& version : kVersions) {
      CHECK(answer(version, "A").account_details.at(0).reserved_memory ==
            std::numeric_limits<std::uint64_t>::max());
    }
  }

  TEST_CASE("a lame duck of 2.10 and later has its JetStream switched off") {
    for (const std::string version : {"2.10.27", "2.15.1"}) {
      CAPTURE(version);
      const auto jsz = answer(version, "lame-duck");
      CHECK(jsz.disabled);
      CHECK_FALSE(jsz.meta_cluster);
    }
  }

  TEST_CASE("what is read and written again says the same") {
    for (const auto& version : kVersions) {
      const auto jsz = answer(version, "B");
      const auto again = Jsz::from_json(jsz.to_json());
      REQUIRE(again);
      CHECK(again->to_json().dump() == jsz.to_json().dump());
    }
    CHECK_FALSE(Jsz::from_json(*base::Json::parse(R"({"hello":"world"})")));
  }

  TEST_CASE("how many copies a consumer has when it does not say") {
    contract::StreamSettings limits{.retention = "limits", .num_replicas = 3};
    contract::StreamSettings work{.retention = "workqueue", .num_replicas = 3};
    CHECK(contract::replicas_of({.durable_name = "D"}, limits) == 3);
    CHECK(contract::replicas_of({}, limits) == 1);
    CHECK(contract::replicas_of({}, work) == 3);
    CHECK(contract::replicas_of({.durable_name = "D", .num_replicas = 1}, limits) == 1);
    CHECK(contract::replicas_of({.durable_name = "D", .num_replicas = 5}, limits) == 3);
  }
}
