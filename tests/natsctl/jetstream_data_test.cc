#include "tests/natsctl/jetstream_scenery.h"

#include <doctest/doctest.h>

using namespace jetstream_scenery;

TEST_SUITE("gates: jetstream's data, and what a node may take with it") {
  TEST_CASE("a copy behind its leader is red, though the leader calls it current") {
    Scenery scene;
    scene.stream().last = scene.stream().messages = 5028;
    scene.show();
    scene.stream().ends_at["D"] = 1484;
    scene.show();
    CHECK(scene.green({"groups-current"}));
    CHECK(has(scene.trouble("sequences-caught-up"),
              "D: stream APP > ORDERS ends at 1484, its leader A was at 5028 before that"));
  }

  TEST_CASE("a server that does not tell of its copy yet has not caught up") {
    Scenery scene;
    scene.show_twice([](const auto& node, auto& jsz) {
      if (node == "D") jsz.account_details.clear();
    });
    CHECK(has(scene.trouble("sequences-caught-up"),
              "D: it does not tell of stream APP > ORDERS yet"));
  }

  TEST_CASE("under load a copy may be behind by what came since the look before") {
    Scenery scene;
    const auto lags = [](const std::string& node, contract::Jsz& jsz) {
      if (node != "A") return;
      auto& peer = support::stream_peer(jsz, "ORDERS", "D");
      peer.lag = 20;
      peer.current = false;
    };
    scene.stream().last = scene.stream().messages = 200;
    scene.stream().ends_at["D"] = 180;
    scene.show(lags);
    CHECK(scene.green({"groups-current", "sequences-caught-up"}));  // the leader was at 100
    scene.stream().last = scene.stream().messages = 300;
    scene.stream().ends_at["D"] = 199;
    scene.show(lags);
    CHECK_FALSE(scene.green({"groups-current"}));
    CHECK_FALSE(scene.green({"sequences-caught-up"}));
  }

  TEST_CASE("servers that are asked at paces of their own are compared with what was before") {
    Scenery scene;
    const auto begun = scene.clock.now();
    const auto sight = [&](const std::string& node, std::uint64_t last, base::Time taken) {
      scene.stream().last = scene.stream().messages = last;
      auto jsz = scene.jetstream.told_by(node);
      return std::make_shared<const watch::JetStreamSight>(
          watch::JetStreamSight{taken, taken, jsz});
    };
    auto seen = scene.now();
    auto& leader = seen.nodes["A"];
    leader.jetstream = sight("A", 900, begun - std::chrono::milliseconds(100));
    leader.jetstream_before = sight("A", 800, begun - std::chrono::milliseconds(400));
    leader.jetstream_earlier = {sight("A", 500, begun - std::chrono::seconds(3)),
                                sight("A", 100, begun - std::chrono::seconds(9))};
    const auto judge = [&](std::uint64_t last) {
      seen.nodes["D"].jetstream = sight("D", last, begun - std::chrono::seconds(2));
      seen.nodes["D"].jetstream_every = std::chrono::seconds(2);
      return gates::all_green(gates::judge(
          {"sequences-caught-up"}, {scene.plan, scene.step, seen, scene.before, begun, false}));
    };
    CHECK(judge(500));
    CHECK_FALSE(judge(499));
  }

  TEST_CASE("at rest a copy holds the same messages as its leader") {
    Scenery scene;
    const auto fewer = [](const std::string& node, contract::Jsz& jsz) {
      if (node == "D") jsz.account_details[0].stream_detail[0].state.messages = 60;
    };
    scene.show(fewer);
    CHECK(scene.green({"sequences-caught-up"}));  // it may have been asked in between
    scene.show(fewer);
    CHECK(has(scene.trouble("sequences-caught-up"), "holds 60 messages from 1 on"));
  }

  TEST_CASE("where an empty stream begins is told differently by releases, and is the same") {
    Scenery scene;
    scene.stream().messages = 0;
    scene.show_twice([](const auto& node, auto& jsz) {
      jsz.account_details[0].stream_detail[0].state.first_seq = node == "D" ? 101 : 0;
    });
    CHECK(scene.green({"sequences-caught-up"}));
  }

  TEST_CASE("a stream that is back empty has lost its messages") {
    Scenery scene(FakeStream{.name = "SINGLE", .copies = {"D"}, .leader = "D", .replicas = 1});
    scene.stream().first = scene.stream().last = scene.stream().messages = 0;
    scene.show_twice();
    CHECK(has(scene.trouble("streams-kept"),
              "stream APP > SINGLE ended at 100 before and ends at 0"));
    scene.stream().first = scene.stream().last = 150;
    scene.stream().messages = 1;
    scene.show_twice();
    CHECK(has(scene.trouble("streams-kept"), "had 100 messages and holds 1"));
    scene.jetstream.streams.clear();
    scene.show_twice();
    CHECK(has(scene.trouble("streams-kept"), "is not served by any server"));
  }

  TEST_CASE("messages that were acknowledged and are there again are red") {
    Scenery scene(FakeStream{
        .name = "WORK", .retention = "workqueue", .first = 1, .last = 500, .messages = 300});
    scene.stream().last = 510;
    scene.stream().messages = 310;
    scene.show_twice();
    CHECK(scene.green({"streams-kept"}));  // ten came
    scene.stream().messages = 290;
    scene.show_twice();
    CHECK(scene.green({"streams-kept"}));  // twenty were worked off
    scene.stream().messages = 500;
    scene.show_twice();
    CHECK(has(scene.trouble("streams-kept"), "had 300 messages, got 10 since, and holds 500"));
  }

  TEST_CASE("limits may remove messages, nothing brings them back") {
    Scenery scene(FakeStream{.first = 11, .last = 110});
    const auto limited = [](const std::string&, contract::Jsz& jsz) {
      jsz.account_details[0].stream_detail[0].config.max_msgs = 100;
    };
    scene.stream().first = 31;
    scene.stream().messages = 80;
    scene.show_twice(limited);
    CHECK(scene.green({"streams-kept"}));
    scene.stream().first = 5;
    scene.show_twice(limited);
    CHECK(has(scene.trouble("streams-kept"), "began at 11 before and begins at 5 now"));
  }

  TEST_CASE("a durable consumer keeps its acknowledgements") {
    Scenery scene(FakeStream{.consumers = {{}}});
    scene.stream().consumers[0].ack_floor = 4;
    scene.show_twice();
    CHECK(has(scene.trouble("consumers-kept"),
              "consumer APP > ORDERS > DUR had all acknowledged up to 5 and has it up to 4"));
    scene.stream().consumers.clear();
    scene.show_twice();
    CHECK(has(scene.trouble("consumers-kept"), "is not served by any server"));
  }

  TEST_CASE("a node's change is measured by what was just before it, else by the run's beginning") {
    Scenery scene;
    scene.stream().last = scene.stream().messages = 200;
    scene.show_twice();
    scene.before["D"] = watch::before_of("D", scene.now());
    scene.stream().last = scene.stream().messages = 150;
    scene.show_twice();
    CHECK(has(scene.trouble("streams-kept"), "ended at 200 before"));
    scene.step.node.clear();
    CHECK(scene.green({"streams-kept"}));  // 100 when the run began
    scene.before.clear();
    CHECK(has(scene.trouble("streams-kept"), "nobody noted what there was"));
  }

  TEST_CASE("a node may go when every group of three has two others") {
    Scenery scene(FakeStream{.consumers = {{}}});
    CHECK(sentences(scene.judge(kStop)) == "");
    scene.show([](const auto& node, auto& jsz) {
      if (node == "A") support::stream_peer(jsz, "ORDERS", "B").offline = true;
    });
    CHECK(has(scene.trouble("groups-quorum-kept"),
              "D: without it stream APP > ORDERS of 3 copies has A, wanted 2 current copies"));
    scene.step.node = "B";  // the copy that is away already
    CHECK(scene.green({"groups-quorum-kept"}));
  }

  TEST_CASE("a node that has ended already is not asked before it is started anew") {
    Scenery scene;
    scene.cluster.change("D", [](auto& d) { d.up = false; });
    scene.show([](const auto& node, auto& jsz) {
      if (node != "A") return;
      support::meta_peer(jsz, "D").offline = true;
      support::stream_peer(jsz, "ORDERS", "D").offline = true;
    });
    CHECK(sentences(scene.judge(kStop)) == "");
    scene.cluster.change("D", [](auto& d) { d.up = d.hangs = true; });
    CHECK_FALSE(scene.green(kStop));  // hung is not ended
  }

  TEST_CASE("in a cluster of five a group that lost two of its three servers cannot spare one") {
    support::FakeCluster five({"A", "B", "D", "E", "F"});
    Scenery scene;
    scene.jetstream.peers = {"A", "B", "D", "E", "F"};
    scene.show_twice([](const auto& node, auto& jsz) {
      if (node != "A") return;
      for (const auto* away : {"E", "F"})
        support::meta_peer(jsz, away).offline = true;
    });
    CHECK(has(scene.trouble("meta-quorum-kept"),
              "without it the meta group of 5 has A, B, wanted 3"));
  }

  TEST_CASE("streams of one or two copies are named unless the plan accepts them") {
    Scenery scene({{.name = "SINGLE", .copies = {"D"}, .leader = "D", .replicas = 1},
                   {.name = "PAIR", .copies = {"B", "D"}, .leader = "B", .replicas = 2},
                   {.name = "ELSEWHERE", .copies = {"B"}, .leader = "B", .replicas = 1}});
    const auto trouble = scene.trouble("few-copies-accepted");
    CHECK(has(trouble, "stream APP > SINGLE has its only copy there"));
    CHECK(has(trouble, "accept_offline: [ APP/SINGLE ]"));
    CHECK(has(trouble, "stream APP > PAIR has two copies"));
    CHECK_FALSE(has(trouble, "ELSEWHERE"));
    CHECK(scene.green({"groups-quorum-kept", "memory-copies-accepted"}));
    scene.plan.policy.jetstream.accept_offline = {"SINGLE", "APP/PAIR"};
    CHECK(scene.green(kStop));
    scene.plan.policy.jetstream.accept_offline = {"OTHER/*"};
    CHECK_FALSE(scene.green(kStop));
    scene.plan.policy.jetstream.accept_offline = {"*"};
    CHECK(scene.green(kStop));
  }

  TEST_CASE("messages in one server's memory need more than the word that they may be away") {
    Scenery scene(FakeStream{
        .name = "CACHE", .copies = {"D"}, .leader = "D", .replicas = 1, .storage = "memory"});
    scene.plan.policy.jetstream.accept_offline = {"*"};
    CHECK(has(scene.trouble("memory-copies-accepted"),
              "stream APP > CACHE has its 100 messages in the memory of D alone"));
    scene.plan.policy.jetstream.accept_loss = {"CACHE"};
    CHECK(scene.green(kStop));
    scene.stream().last = scene.stream().messages = scene.stream().first = 0;
    scene.show_twice();
    CHECK(scene.green({"streams-kept"}));
  }

  TEST_CASE("a consumer with fewer copies than its stream is named, an ephemeral one is not") {
    Scenery scene(FakeStream{.consumers = {{.name = "ONE", .leader = "D", .replicas = 1}}});
    CHECK(
        has(scene.trouble("few-copies-accepted"), "consumer APP > ORDERS > ONE has its only copy"));
    scene.show([](const auto& node, auto& jsz) {
      if (node == "D")
        jsz.account_details[0].stream_detail[0].consumer_detail[0].config = {.num_replicas = 1};
    });
    CHECK(scene.green({"few-copies-accepted"}));
  }

  TEST_CASE("a meta group of two cannot spare one, unless the plan accepts that") {
    Scenery scene;
    scene.jetstream.peers = {"A", "D"};
    scene.show_twice();
    CHECK(has(scene.trouble("meta-quorum-kept"), "accept_api_offline"));
    scene.plan.policy.jetstream.accept_api_offline = true;
    CHECK(scene.green({"meta-quorum-kept"}));
  }

  TEST_CASE("of many groups in trouble a few are named, and it is said how many more there are") {
    std::vector<FakeStream> many;
    for (int i = 0; i < 12; ++i)
      many.push_back({.name = "S" + std::to_string(i), .leader = ""});
    Scenery scene(many);
    const auto readings = scene.judge({"groups-led"});
    CHECK(readings.size() == 6);
    CHECK(readings.back().seen == "and 7 more");
  }
}
