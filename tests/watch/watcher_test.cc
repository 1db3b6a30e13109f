#include "watch/watcher.h"

#include "tests/support/eventually.h"
#include "tests/support/fake_cluster.h"
#include "watch/memory.h"
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
      watcher.add(node);
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

  TEST_CASE("JetStream is read whole, page by page, and of servers that have it only") {
    Watching watching;
    contract::Jsz jsz;
    jsz.meta_cluster = contract::MetaCluster{.leader = "A"};
    constexpr std::size_t kAccounts = 600;
    for (std::size_t i = 0; i < kAccounts; ++i)
      jsz.account_details.push_back({.name = std::to_string(i)});
    watching.cluster.change("A", [&](auto& a) { a.jsz = jsz; });
    support::eventually("two sights of A",
                        [&] { return watching.watcher.look().nodes["A"].jetstream_before; });
    const auto seen = watching.watcher.latest();
    const auto& a = seen.nodes.at("A");
    REQUIRE(a.jetstream->jsz.account_details.size() == kAccounts);
    CHECK(a.jetstream->jsz.account_details.back().name == std::to_string(kAccounts - 1));
    CHECK(a.jetstream->asked >= a.jetstream_before->taken);
    CHECK_FALSE(seen.nodes.at("B").jetstream);
    const auto view = watch::observe(watching.cluster.plan(), seen);
    CHECK(view.nodes.at("A").meta_leader);
    CHECK_FALSE(view.nodes.at("B").meta_leader);
  }

  TEST_CASE("what is remembered of a process is forgotten with it") {
    Watching watching;
    watching.cluster.change("A", [](auto& a) { a.jsz = contract::Jsz{}; });
    support::eventually("A was seen twice", [&] {
      const auto a = watching.watcher.look().nodes["A"];
      return a.jetstream_before && a.last_look;
    });
    watching.cluster.change("A", [](auto& a) { a.restart("2.10.28"); });
    const auto a = watching.watcher.look().nodes["A"];
    REQUIRE(a.jetstream);
    CHECK(a.jetstream->jsz.server_id == "A-2");
    CHECK_FALSE(a.jetstream_before);
    CHECK_FALSE(a.last_look);
  }

  TEST_CASE("a node that is no longer watched leaves no sample behind") {
    Watching watching;
    watching.watcher.look();
    watching.watcher.remove("A");
    CHECK(watching.watcher.look().find("A") == nullptr);
  }
}

TEST_SUITE("watch: memory") {
  // One look at a server that answers JetStream's questions at once.
  struct Looks {
    watch::Memory memory;
    base::Time now = base::Time(1h);

    watch::Sample look(const std::string& id, std::int64_t slow_consumers = 0) {
      watch::Sample sample;
      sample.varz.emplace().server_id = id;
      sample.varz->slow_consumers = slow_consumers;
      sample.taken = now;
      memory.complete(sample);
      return sample;
    }
  };

  TEST_CASE("a server is asked whom it refused when clients came, and for some seconds after") {
    Looks looks;
    contract::Varz varz;
    varz.server_id = "A-1";
    const auto asked = [&](std::optional<std::int64_t> total) {
      varz.total_connections = total;
      const bool wanted = looks.memory.wants_refused(varz, looks.now);
      if (wanted) looks.memory.keep_refused(std::set<std::string>{"app"});
      return wanted;
    };
    CHECK(asked(7));
    looks.now += 6s;
    CHECK_FALSE(asked(7));
    CHECK(looks.look("A-1").refused_clients == std::set<std::string>{"app"});
    CHECK(asked(8));
    looks.now += 5s;
    CHECK(asked(8));  // a login may have been late
    looks.now += 1s;
    CHECK_FALSE(asked(8));
    looks.memory.keep_refused(std::nullopt);  // it did not answer
    CHECK(asked(8));
    varz.server_id = "A-2";  // another process
    CHECK(asked(8));
    CHECK_FALSE(looks.look("A-1").refused_clients);
    looks.now += 6s;
    CHECK(asked(std::nullopt));  // nobody knows whether somebody came
  }

  TEST_CASE("a server is asked for its JetStream again after the time that its answer earns it") {
    Looks looks;
    CHECK(looks.memory.wants_jetstream("A-1", looks.now));
    looks.memory.keep_jetstream({looks.now, looks.now, {.server_id = "A-1"}}, 10s);
    CHECK(looks.look("A-1").jetstream);
    CHECK_FALSE(looks.memory.wants_jetstream("A-1", looks.now + 9s));
    CHECK(looks.memory.wants_jetstream("A-1", looks.now + 10s));
    CHECK(looks.memory.wants_jetstream("A-2", looks.now));  // another process
    looks.memory.forget_jetstream();                        // it did not answer
    CHECK_FALSE(looks.look("A-1").jetstream);
    CHECK(looks.memory.wants_jetstream("A-1", looks.now));
  }

  TEST_CASE("of older sights there are the fewer the older they are, and none is lost at once") {
    Looks looks;
    const auto keep = [&] {
      looks.memory.keep_jetstream({looks.now, looks.now, {.server_id = "A-1"}}, 0s);
    };
    for (int i = 0; i < 1000; ++i, looks.now += 250ms)
      keep();
    const auto sample = looks.look("A-1");
    const auto& earlier = sample.jetstream_earlier;
    CHECK(earlier.size() < 12);
    for (const auto age : {2s, 8s, 40s}) {
      CAPTURE(age.count());
      CHECK(std::any_of(earlier.begin(), earlier.end(), [&](const auto& sight) {
        return sight->taken < looks.now - age && sight->taken > looks.now - 4 * age;
      }));
    }
    CHECK(std::is_sorted(earlier.begin(), earlier.end(), [](const auto& a, const auto& b) {
      return a->taken > b->taken;
    }));
    CHECK(earlier.back()->taken >= looks.now - watch::Memory::kLongTime - 1s);
  }

  TEST_CASE("a sample comes with the look before it, and one of some seconds ago") {
    Looks looks;
    CHECK_FALSE(looks.look("A-1", 1).last_look);
    looks.now += 3s;
    looks.look("A-1", 2);
    looks.now += 1s;
    auto sample = looks.look("A-1", 3);
    REQUIRE(sample.some_time_ago);
    CHECK(sample.last_look->slow_consumers == 2);
    CHECK(sample.some_time_ago->slow_consumers == 1);
    looks.now += 3s;
    CHECK(looks.look("A-1", 4).some_time_ago->slow_consumers == 2);
  }
}
