#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/trio.h"
#include "tests/support/wire.h"
#include "watch/nats_connection.h"
#include "watch/observe.h"
#include "watch/watcher.h"

#include <csignal>
#include <set>

#include <doctest/doctest.h>

using namespace std::chrono_literals;
using support::Release;
using support::Trio;

namespace {

plan::Node node_of(const support::ServerProcess& server, bool over_http) {
  plan::Node node{.name = server.name()};
  node.client = {"127.0.0.1", server.port()};
  node.route = {"127.0.0.1", server.cluster_port()};
  if (over_http) node.monitor = {"127.0.0.1", server.monitor_port()};
  return node;
}

std::unique_ptr<watch::NatsConnection> client(const Trio& trio, const std::string& name) {
  watch::ConnectSettings settings;
  settings.servers = {trio.urls().front()};
  settings.name = name;
  settings.reconnect = watch::ConnectSettings::Reconnect::none;
  auto opened = watch::NatsConnection::open(settings);
  REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().what));
  return *std::move(opened);
}

// What does not change from one moment to the next, natsctl's own connection left out.
std::string shown(const watch::Sample& sample) {
  REQUIRE_MESSAGE(sample.varz, sample.trouble);
  REQUIRE_MESSAGE(sample.clients, sample.trouble);
  REQUIRE_MESSAGE(sample.routez, sample.trouble);
  REQUIRE_MESSAGE(sample.healthz, sample.trouble);
  std::string text = sample.varz->server_id + " " + sample.varz->server_name + " " +
                     sample.varz->version + " " + sample.varz->cluster.name + " " +
                     std::to_string(sample.varz->port) + " " + sample.healthz->status;
  std::set<std::string> clients;
  for (const auto& one : sample.clients->first) {
    if (one.name != watch::kSystemClientName) clients.insert(one.name + " " + one.lang);
  }
  for (const auto& one : clients)
    text += " " + one;
  for (const auto& id : watch::remotes_of(sample))
    text += " " + id;
  return text;
}

bool is_whole(const watch::Snapshot& seen) {
  return std::all_of(seen.nodes.begin(), seen.nodes.end(), [](const auto& at) {
    return at.second.healthz && at.second.healthz->ok() && watch::remotes_of(at.second).size() == 2;
  });
}

}  // namespace

TEST_SUITE("watch: system view") {
  TEST_CASE("the system account shows what HTTP shows, on every release") {
    for (const auto* line : {"2.9", "2.10", "newest"}) {
      CAPTURE(line);
      const Trio trio(Release::real(line));
      const auto one = client(trio, "orders");
      const auto two = client(trio, "invoices");
      CHECK_THROWS_AS(support::Wire::client(
                          trio.servers.front()->port(),
                          R"({"verbose":false,"user":"ann","pass":"wrong","name":"stranger"})"),
                      support::WireError);
      const auto clock = base::system_clock();
      watch::Watcher over_http(*clock);
      watch::Watcher by_system(*clock, trio.system());
      for (const auto& server : trio.servers) {
        over_http.add(node_of(*server, true));
        by_system.add(node_of(*server, false));
      }
      support::eventually("both see a whole cluster",
                          [&] { return is_whole(over_http.look()) && is_whole(by_system.look()); });
      const auto http = over_http.look();
      const auto system = by_system.look();
      const std::set<std::string> refused = {"ann (stranger, 127.0.0.1)"};
      CHECK(http.nodes.at("A").refused_clients == refused);
      CHECK(system.nodes.at("A").refused_clients == refused);
      CHECK(http.nodes.at("B").refused_clients == std::set<std::string>{});
      for (const auto& server : trio.servers) {
        CAPTURE(server->name());
        CHECK(shown(http.nodes.at(server->name())) == shown(system.nodes.at(server->name())));
      }
      const auto all = by_system.clients("A");
      REQUIRE_MESSAGE(all, all.error().what);
      CHECK(std::count_if(all->begin(), all->end(), [](const auto& at) {
              return at.name == "orders" || at.name == "invoices";
            }) == 2);
    }
  }

  TEST_CASE("a server that has ended is told from one that is silent, and a new start is seen") {
    Trio trio(Release::real("2.10"), false);
    const auto clock = base::system_clock();
    watch::Watcher watcher(*clock, trio.system());
    for (const auto& server : trio.servers)
      watcher.add(node_of(*server, false));
    auto never = node_of(*trio.servers[0], false);  // another server listens on its ports
    never.name = "Z";
    watcher.add(never);
    support::eventually("B answers", [&] { return watcher.look().nodes["B"].varz.has_value(); });
    const auto before = watcher.latest().nodes["B"].varz->server_id;
    CHECK_FALSE(watcher.latest().nodes["Z"].varz);
    CHECK_FALSE(watcher.latest().nodes["Z"].refused);

    trio.servers[1]->stop();
    support::eventually("B has ended", [&] { return watcher.look().nodes["B"].refused; });
    trio.servers[1]->start();
    support::eventually("B is back", [&] {
      const auto seen = watcher.look();
      const auto& b = seen.nodes.at("B");
      return b.varz && b.varz->server_id != before && !b.refused;
    });
  }

  TEST_CASE("JetStream is seen through the system account as over HTTP") {
    for (const auto* line : {"2.9", "2.10", "newest"}) {
      CAPTURE(line);
      const support::TempDir store;
      const support::ServerProcess server(
          {.release = Release::real(line),
           .name = "A",
           .conf = Trio::conf() +
                   fmt::format("jetstream {{ store_dir: \"{}\" }}\n", store.path().string()),
           .monitored = true});
      const auto file = server.folder().file("password", "sesame\n");
      const auto clock = base::system_clock();
      watch::Watcher over_http(*clock);
      watch::Watcher by_system(
          *clock,
          watch::SystemSettings{{fmt::format("nats://127.0.0.1:{}", server.port())},
                                {.user = "sys", .password = {.file = file}}});
      auto node = node_of(server, true);
      over_http.add(node);
      node.monitor = {};
      by_system.add(node);
      support::eventually("both see JetStream", [&] {
        return over_http.look().nodes["A"].jetstream && by_system.look().nodes["A"].jetstream;
      });
      CHECK(over_http.latest().nodes["A"].jetstream->jsz.server_id ==
            by_system.latest().nodes["A"].jetstream->jsz.server_id);
    }
  }
}
