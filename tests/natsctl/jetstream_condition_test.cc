#include "base/files.h"
#include "tests/natsctl/jetstream_scenery.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace jetstream_scenery;

namespace {

contract::Jsz recorded(const std::string& version, const std::string& name) {
  const auto file = PROJECT_ROOT "/tests/contract/data/jsz-" + version + "-" + name + ".json";
  const auto text = base::read_file(file);
  REQUIRE(text);
  const auto json = base::Json::parse(*text);
  REQUIRE(json);
  auto jsz = contract::Jsz::from_json(*json);
  REQUIRE(jsz);
  return *jsz;
}

}  // namespace

TEST_SUITE("gates: jetstream") {
  TEST_CASE("a healthy cluster of every supported release is green, by its own words") {
    for (const std::string version : {"2.9.10", "2.10.27", "2.15.1"}) {
      CAPTURE(version);
      Scenery scene;
      for (const std::string name : {"A", "B", "D"}) {
        scene.cluster.change(name, [&](auto& server) {
          server.version = version;
          server.jsz = server.jsz_before = recorded(version, name);
        });
      }
      scene.before = watch::baseline_of(scene.plan, scene.now());
      CHECK(sentences(scene.judge(kBack)) == "");
      CHECK(sentences(scene.judge({"meta-quorum-kept", "groups-quorum-kept"})) == "");
      for (const auto& node : scene.plan.nodes) {
        scene.step.node = node.name;
        const auto jsz = recorded(version, node.name);
        for (const auto& stream : jsz.account_details.at(0).stream_detail) {
          const bool alone = stream.config.num_replicas == 1;
          CHECK(has(scene.trouble("few-copies-accepted"), stream.name) == alone);
        }
      }
    }
  }

  TEST_CASE("a cluster without JetStream is green, and it is said") {
    Scenery scene;
    for (const auto* name : {"A", "B", "D"})
      scene.cluster.change(name, [](auto& server) { server.jsz.reset(); });
    scene.before = watch::baseline_of(scene.plan, scene.now());
    for (const auto& condition : kBack) {
      const auto readings = scene.judge({condition});
      REQUIRE(readings.size() == 1);
      CHECK(readings[0].verdict == Verdict::green);
      CHECK(readings[0].seen == "no JetStream");
    }
    CHECK(scene.green(kStop));
  }

  TEST_CASE("a server that does not tell of its JetStream is unknown, not without trouble") {
    Scenery scene;
    auto seen = scene.now();
    seen.nodes["B"].jetstream.reset();
    for (const auto& condition : kBack) {
      const auto readings = gates::judge(
          {condition}, {scene.plan, scene.step, seen, scene.before, scene.clock.now(), false});
      CHECK(readings[0].verdict == Verdict::unknown);
      CHECK(readings[0].node == "B");
    }
  }

  TEST_CASE("what was told is too old only after the time that the server is given") {
    Scenery scene;
    auto seen = scene.now();
    const auto told = scene.clock.now();
    auto& b = seen.nodes["B"];
    b.taken += 9s;
    for (const auto* name : {"A", "D"})
      seen.nodes[name].taken += 9s, seen.nodes[name].jetstream_every = 10s;
    const gates::Scene later{scene.plan, scene.step, seen, scene.before, told + 9s, false};
    CHECK_FALSE(gates::all_green(gates::judge({"groups-led"}, later)));
    b.jetstream_every = 10s;
    CHECK(gates::all_green(gates::judge({"groups-led"}, later)));
  }

  TEST_CASE(
      "JetStream that is switched off, as in lame duck mode, is red, and so is one that went") {
    Scenery scene;
    scene.show([](const auto& node, auto& jsz) {
      if (node == "D") jsz = contract::Jsz{.disabled = true};
    });
    CHECK(has(scene.trouble("jetstream-enabled"), "D: its JetStream is switched off"));
    CHECK(has(scene.trouble("meta-leader-agreed"), "D: no meta leader"));
    scene.cluster.change("D", [](auto& d) { d.jsz.reset(); });
    CHECK(has(scene.trouble("jetstream-enabled"), "it had JetStream before"));
    CHECK_FALSE(has(scene.trouble("jetstream-enabled"), "C"));
  }

  TEST_CASE("a meta leader that does not call itself so is none") {
    Scenery scene;
    scene.show(
        [](const auto& node, auto& jsz) { jsz.meta_cluster->leader = node == "A" ? "B" : "A"; });
    CHECK(has(scene.trouble("meta-leader-agreed"), "a meta leader that calls itself so"));
    CHECK_FALSE(scene.green({"meta-peers-current"}));
    CHECK_FALSE(scene.green({"meta-size"}));
    CHECK_FALSE(scene.green({"meta-quorum-kept"}));
    scene.show([](const auto& node, auto& jsz) {
      if (node == "B") jsz.meta_cluster->leader.clear();
    });
    CHECK(has(scene.trouble("meta-leader-agreed"), "B: no meta leader, wanted the meta leader A"));
  }

  TEST_CASE("of 2.15, followers list each other as not current for ever: nobody asks them") {
    Scenery scene;
    scene.show([](const auto& node, auto& jsz) {
      if (node == "A") return;
      const std::string other = node == "B" ? "D" : "B";
      jsz.meta_cluster->replicas = {{.name = "A", .current = true}, {.name = other}};
    });
    CHECK(sentences(scene.judge(kBack)) == "");
  }

  TEST_CASE("a dead peer that is still called current is red once it is silent for three seconds") {
    Scenery scene;
    const auto silent = [](base::nanoseconds time) {
      return [time](const std::string& node, contract::Jsz& jsz) {
        if (node != "A") return;
        support::meta_peer(jsz, "D").active = time;
        support::stream_peer(jsz, "ORDERS", "D").active = time;
      };
    };
    scene.show(silent(1600ms));  // as seen on idle groups
    CHECK(sentences(scene.judge(kBack)) == "");
    scene.show(silent(4200ms));
    CHECK(has(scene.trouble("meta-peers-current"),
              "D: meta group: its leader A has not heard of it for 4.2s"));
    CHECK(has(scene.trouble("groups-current"),
              "D: stream APP > ORDERS: its leader A has not heard of it for 4.2s"));
  }

  TEST_CASE("a peer called current and offline is offline") {
    Scenery scene;
    scene.show([](const auto& node, auto& jsz) {
      if (node == "A") support::meta_peer(jsz, "B").offline = true;
    });
    CHECK(has(scene.trouble("meta-peers-current"), "B: meta group: its leader A calls it offline"));
    CHECK(has(scene.trouble("meta-quorum-kept"), "without it the meta group of 3 has A"));
  }

  TEST_CASE("a server that was removed from the meta group and came back is not of it") {
    Scenery scene;  // its /healthz is 200
    scene.jetstream.peers = {"A", "B"};
    scene.show_twice();
    CHECK(has(scene.trouble("meta-size"), "it leads a meta group of 2: A, B, wanted 3: A, B, D"));
    CHECK(has(scene.trouble("meta-peers-current"), "D: the meta leader A does not know it"));
  }

  TEST_CASE("a name that was removed and used again is a peer that never becomes current") {
    Scenery scene;
    scene.jetstream.peers = {"A", "B", "D", "D"};
    scene.show_twice([](const auto& node, auto& jsz) {
      if (node == "A") support::meta_peer(jsz, "D").current = false;
    });
    CHECK(has(scene.trouble("meta-size"), "a meta group of 4"));
    CHECK(has(scene.trouble("meta-peers-current"), "not current"));
  }

  TEST_CASE("a temporary node with JetStream makes the meta group larger, one without does not") {
    Scenery scene;
    scene.cluster.change("C", [](auto& c) { c.up = true; });
    scene.temp_expected = true;
    CHECK(scene.green(kBack));
    scene.jetstream.servers.push_back("C");
    scene.jetstream.peers.push_back("C");
    scene.show_twice();
    scene.temp_expected = false;  // it is taken away again, and stays a peer
    scene.cluster.change("C", [](auto& c) { c.up = false; });
    scene.show_twice([](const auto& node, auto& jsz) {
      if (node == "A") support::meta_peer(jsz, "C").offline = true;
    });
    CHECK(has(scene.trouble("meta-size"), "a meta group of 4: A, B, C, D"));
    CHECK(has(scene.trouble("meta-peers-current"), "C: meta group"));
    CHECK(has(scene.trouble("meta-quorum-kept"), "wanted 3 current peers"));
  }

  TEST_CASE("a peer without a name, as servers show it after a restart, is one of old") {
    Scenery scene;
    scene.show_twice([](const auto& node, auto& jsz) {
      if (node == "A") {
        jsz.meta_cluster->replicas.push_back(
            {.name = "Server name unknown at this time (peerID: 5SmMFq1i)", .current = true});
      }
    });
    CHECK(has(scene.trouble("meta-peers-current"), "a peer of old"));
  }

  TEST_CASE("entries of the meta group that wait and do not grow fewer are red") {
    Scenery scene;
    const auto waiting = [](std::uint64_t count) {
      return [count](const std::string& node, contract::Jsz& jsz) {
        if (node == "A") jsz.meta_cluster->pending = count;
      };
    };
    scene.show(waiting(9));
    scene.show(waiting(4));
    CHECK(scene.green({"meta-peers-current"}));
    scene.show(waiting(4));
    CHECK_FALSE(scene.green({"meta-peers-current"}));
  }

  TEST_CASE("a stream without a leader is red though every server is healthy") {
    Scenery scene;
    scene.stream().leader.clear();
    scene.show_twice();
    CHECK(has(scene.trouble("groups-led"),
              "stream APP > ORDERS has no leader: A names none, B names none, D names none"));
    CHECK_FALSE(scene.green({"groups-quorum-kept"}));
    CHECK(has(scene.trouble("streams-kept"), "is not served by any server"));
  }

  TEST_CASE("a leader that does not run is none") {
    Scenery scene;
    scene.stream().leader = "E";  // stopped; the others remember it for a while
    scene.show_twice();
    CHECK(has(scene.trouble("groups-led"), "A names E"));
  }

  TEST_CASE("a group with fewer copies than it is to have is red") {
    Scenery scene;
    scene.stream().copies = {"A", "B"};
    scene.stream().consumers = {{}};
    scene.show_twice();
    CHECK(has(scene.trouble("groups-complete"), "stream APP > ORDERS has 2 copies, wanted 3"));
    CHECK(has(scene.trouble("groups-complete"), "consumer APP > ORDERS > DUR has 2 copies"));
  }
}
