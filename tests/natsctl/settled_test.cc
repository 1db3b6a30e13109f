#include "tests/natsctl/jetstream_scenery.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using namespace jetstream_scenery;

TEST_SUITE("gates: settled") {
  TEST_CASE("until 2.9.16 a lone 'not current' of a healthy server under load is let pass") {
    Scenery scene;
    const auto judge = [&](const std::string& version, const std::string& error, bool healthy) {
      auto seen = scene.now();
      auto& d = seen.nodes["D"];
      d.varz->version = version;
      d.healthz->status = "unavailable";
      d.healthz->error = error;
      d.last_look.emplace().healthy = healthy;
      return gates::all_green(gates::judge(
          {"healthz-ok"}, {scene.plan, scene.step, seen, scene.before, scene.clock.now(), false}));
    };
    const std::string flap = "JetStream stream 'APP > ORDERS' is not current";
    CHECK(judge("2.9.10", flap, true));
    CHECK_FALSE(judge("2.9.10", flap, false));
    CHECK_FALSE(judge("2.10.27", flap, true));
    CHECK_FALSE(judge("2.9.10", "failed to be ready for connections after 1ms: server", true));
  }

  TEST_CASE("as many clients as before are back, or nearly") {
    Scenery scene;
    const auto clients = [&](std::size_t count) {
      scene.cluster.change("A",
                           [&](auto& a) { a.clients = std::vector<std::string>(count, "one"); });
    };
    clients(20);
    scene.before = watch::baseline_of(scene.plan, scene.now());
    clients(18);
    CHECK(scene.green({"connections-back"}));
    clients(17);
    CHECK(has(scene.trouble("connections-back"), "17 clients, wanted 18 of the 20"));
    clients(5);
    scene.before = watch::baseline_of(scene.plan, scene.now());
    clients(4);  // of few one may have gone home, too
    CHECK(scene.green({"connections-back"}));
    clients(3);
    CHECK(has(scene.trouble("connections-back"), "3 clients, wanted 4 of the 5"));
    scene.before.clear();
    CHECK_FALSE(scene.green({"connections-back"}));
  }

  TEST_CASE("errors of the last seconds are measured by those of quiet times") {
    Scenery scene;
    const auto judge = [&](std::uint64_t errors) {
      auto seen = scene.now();
      for (const auto* name : {"A", "B", "D"}) {
        auto& earlier = seen.nodes[name].some_time_ago.emplace();
        earlier.taken = seen.nodes[name].taken - 5s;
        earlier.api_errors = 100;
      }
      auto api = base::Json::object({{"errors", 100 + errors}});
      seen.nodes["B"].varz->jetstream.set("stats", base::Json::object({{"api", std::move(api)}}));
      for (const auto* name : {"A", "D"})
        seen.nodes[name].some_time_ago->api_errors = 0;
      return gates::all_green(
          gates::judge({"api-errors-settled"},
                       {scene.plan, scene.step, seen, scene.before, scene.clock.now(), false}));
    };
    CHECK(judge(0));
    CHECK_FALSE(judge(1));
    scene.before["B"].up = 1h;
    scene.before["B"].api_errors = 3600;  // one a second: an old trouble
    CHECK(judge(8));
    CHECK_FALSE(judge(30));
  }
}
