#include "watch/watcher.h"

#include "tests/support/eventually.h"
#include "tests/support/fake_cluster.h"
#include "watch/observe.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {

struct Watching {
  support::FakeCluster cluster{{"A", "B"}};
  std::unique_ptr<base::Clock> clock = base::system_clock();
  watch::Watcher watcher{*clock};

  Watching() {
    cluster.serve();
    for (const auto& node : cluster.plan().nodes)
      watcher.add(node.name, node.monitor);
  }
};

}  // namespace

TEST_SUITE("watch: watcher") {
  TEST_CASE("a look is newer than what was asked before it") {
    Watching watching;
    support::eventually("A answers",
                        [&] { return watching.watcher.look().nodes["A"].varz.has_value(); });
    watching.cluster.change("A", [](auto& a) { a.restart("2.10.28"); });
    const auto asked = watching.clock->now();
    const auto seen = watching.watcher.look();
    CHECK(seen.nodes.at("A").varz->version == "2.10.28");
    CHECK(seen.nodes.at("A").taken >= asked);
    const auto view = watch::observe(watching.cluster.plan(), seen);
    CHECK(view.nodes.at("A").server_id == "A-2");
    CHECK(view.nodes.at("A").remotes == 1);
    CHECK(view.nodes.at("A").healthy);
  }

  TEST_CASE("an ended server is told from a silent one, and neither delays the others") {
    Watching watching;
    support::eventually("both answer", [&] {
      const auto seen = watching.watcher.look();
      return seen.nodes.at("A").varz && seen.nodes.at("B").varz;
    });
    watching.cluster.change("A", [](auto& a) { a.up = false; });
    support::eventually("A has ended", [&] { return watching.watcher.look().nodes["A"].refused; });
    CHECK(watching.watcher.latest().nodes["A"].trouble == "connection refused");
    CHECK_FALSE(watching.watcher.latest().nodes["A"].varz);

    watching.cluster.change("B", [](auto& b) { b.hangs = true; });
    const auto begun = watching.clock->now();
    support::eventually("B is silent", [&] { return !watching.watcher.look().nodes["B"].varz; });
    CHECK(watching.clock->now() - begun < 5s);
    CHECK_FALSE(watching.watcher.latest().nodes["B"].refused);
    CHECK(watching.watcher.latest().nodes["B"].trouble.find("no answer") != std::string::npos);
  }

  TEST_CASE("an unhealthy server's own words are kept, on every release") {
    for (const auto* version : {"2.9.10", "2.10.27"}) {
      Watching watching;
      watching.cluster.change("A", [&](auto& a) {
        a.version = version;
        a.healthy = false;
      });
      support::eventually("A answers",
                          [&] { return watching.watcher.look().nodes["A"].healthz.has_value(); });
      const auto seen = watching.watcher.latest().nodes["A"];
      CHECK_FALSE(seen.healthz->ok());
      CHECK(seen.healthz->error.find("failed to be ready") != std::string::npos);
      CHECK(seen.trouble.empty());
    }
  }

  TEST_CASE("a node that is no longer watched leaves no sample behind") {
    Watching watching;
    watching.watcher.look();
    watching.watcher.remove("A");
    CHECK(watching.watcher.look().find("A") == nullptr);
  }
}
