#include "base/text.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"
#include "watch/client_library.h"
#include "watch/nats_connection.h"
#include "watch/watcher.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

constexpr int kClients = 60;

Script three_nodes(const Release& from, const Release& to) {
  Script script;
  script.members = {"n1", "n2", "n3"};
  script.from = from;
  script.to = to;
  script.users =
      "accounts { SYS { users = [ { user: sys, password: sesame } ] }\n"
      "           APP { users = [ { user: app, password: app } ] } }\n"
      "system_account: SYS\nno_auth_user: app\n";
  script.plan = "system: { user: sys, password_file: sys.password }\n";
  script.within = "1m";
  return script;
}

// Three servers that run, and clients with the library's defaults, connected to any of them.
struct Cluster {
  Stage stage;
  std::vector<std::unique_ptr<watch::NatsConnection>> clients;

  explicit Cluster(const Script& script) : stage(script) {
    stage.file("sys.password", "sesame\n");
    stage.up();
  }

  ~Cluster() {
    for (auto& client : clients)
      client->close();
  }

  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  void connect(const std::string& name,
               const std::string& urls,
               watch::ConnectSettings::Reconnect reconnect) {
    watch::ConnectSettings settings;
    settings.servers = base::split(urls, ',');
    settings.name = name;
    settings.reconnect = reconnect;
    settings.timeout = std::chrono::seconds(10);
    auto opened = watch::NatsConnection::open(settings);
    REQUIRE_MESSAGE(opened, (opened ? "" : opened.error().what));
    clients.push_back(*std::move(opened));
  }

  void connect_many() {
    for (int i = 0; i < kClients; ++i)
      connect(fmt::format("app-{}", i), stage.urls(), watch::ConnectSettings::Reconnect::forever);
  }

  std::string url(const std::string& node) const {
    return fmt::format("nats://127.0.0.1:{}", stage.client_port(node));
  }

  // Clients by member.
  std::map<std::string, int> load() const {
    std::map<std::string, int> counts;
    for (const auto& client : clients) {
      for (const auto* node : {"n1", "n2", "n3"}) {
        if (client->server() == url(node)) ++counts[node];
      }
    }
    return counts;
  }

  int sum() const {
    int all = 0;
    for (const auto& [node, count] : load())
      all += count;
    return all;
  }

  double max_over_mean() const {
    int most = 0;
    for (const auto& [node, count] : load())
      most = std::max(most, count);
    return most * 3.0 / std::max(sum(), 1);
  }

  void settle() const {
    support::eventually(
        "all clients are connected",
        [&] { return sum() == static_cast<int>(clients.size()); },
        std::chrono::minutes(1));
  }

  std::string text() const {
    auto counts = load();
    return fmt::format("{}/{}/{}", counts["n1"], counts["n2"], counts["n3"]);
  }
};

}  // namespace

TEST_SUITE_BEGIN("rehearsal: moving clients");

// Sixty clients go through an upgrade, and are evened out then.
void upgrade_and_rebalance(const Release& from, const Release& to, const std::string& temp_node) {
  Cluster cluster(three_nodes(from, to));
  cluster.stage.change_plan("use: always", "use: " + temp_node);
  cluster.connect_many();
  cluster.settle();
  MESSAGE(from.version << ", temporary node " << temp_node << ", before: " << cluster.text());
  const auto upgraded = cluster.stage.natsctl({"upgrade", "--yes", cluster.stage.plan()});
  CAPTURE(upgraded.text);
  CHECK(upgraded.exit_code == 0);
  const auto report = cluster.stage.natsctl({"report"});
  CAPTURE(report.text);
  CHECK(report.has("sent to the others in"));
  CHECK_FALSE(report.has("did not come back"));
  CHECK_FALSE(report.has("its lame duck sent clients away"));
  cluster.settle();
  MESSAGE("after, evened out by the last step: " << cluster.text());
  CHECK(cluster.max_over_mean() <= 1.2);

  const auto drained = cluster.stage.natsctl({"drain", "n2", cluster.stage.plan()});
  CAPTURE(drained.text);
  CHECK(drained.exit_code == 0);
  cluster.settle();
  MESSAGE("n2 drained: " << cluster.text());
  CHECK(cluster.load()["n2"] == 0);
  const auto evened = cluster.stage.natsctl({"rebalance", cluster.stage.plan()});
  CAPTURE(evened.text);
  CHECK(evened.exit_code == 0);
  cluster.settle();
  MESSAGE("evened out: " << cluster.text());
  CHECK(cluster.max_over_mean() <= 1.2);
}

TEST_CASE("sixty clients, an upgrade without a temporary node, then evened out") {
  upgrade_and_rebalance(Release::real("2.10"), Release::real("newest"), "never");
}

TEST_CASE("sixty clients, an upgrade with a temporary node, then evened out") {
  upgrade_and_rebalance(Release::real("2.10"), Release::real("newest"), "always");
}

TEST_CASE("sixty clients of nats-brokers, an upgrade, then evened out") {
  upgrade_and_rebalance(Release::broker(), Release::broker_next(), "always");
}

TEST_CASE("clients that know one server only are not closed without end, and are named") {
  auto script = three_nodes(Release::real("2.10"), Release::real("newest"));
  script.cluster = "no_advertise: true";
  Cluster cluster(script);
  cluster.stage.change_plan("use: always", "use: auto");
  for (int i = 0; i < 6; ++i)
    cluster.connect("loyal", cluster.url("n1"), watch::ConnectSettings::Reconnect::forever);
  const auto checked = cluster.stage.natsctl({"check", cluster.stage.plan()});
  CHECK(checked.has("has nowhere else to go"));
  const auto evened = cluster.stage.natsctl({"rebalance", cluster.stage.plan()});
  CAPTURE(evened.text);
  CHECK(evened.exit_code == 5);
  CHECK(evened.has("clients stay uneven, n1 6, n2 0, n3 0"));
  CHECK(evened.has("as those do that know one server only"));
  const auto drained = cluster.stage.natsctl({"drain", "n1", cluster.stage.plan()});
  CAPTURE(drained.text);
  CHECK(drained.exit_code == 5);
  CHECK(drained.has("6 × loyal (127.0.0.1)"));
  const auto planned = cluster.stage.natsctl({"plan", cluster.stage.plan()});
  CHECK(planned.has("so none would learn of it"));
}

TEST_CASE("a client that stays away is named, a server is drained while it goes on serving") {
  Cluster cluster(three_nodes(Release::real("2.10"), Release::real("newest")));
  cluster.connect("gone-for-good", cluster.url("n1"), watch::ConnectSettings::Reconnect::none);
  for (int i = 0; i < 6; ++i)
    cluster.connect("app", cluster.stage.urls(), watch::ConnectSettings::Reconnect::forever);
  const auto checked = cluster.stage.natsctl({"check", cluster.stage.plan()});
  CHECK(checked.has("7 clients with C 3."));
  CHECK(checked.has("n1: watched over http://127.0.0.1:"));

  const auto drained = cluster.stage.natsctl({"drain", "n2", cluster.stage.plan()});
  CAPTURE(drained.text);
  CHECK(drained.exit_code == 0);
  cluster.settle();
  CHECK(cluster.load()["n2"] == 0);
  CHECK(cluster.stage.version("n2") == "2.10.27");

  const auto upgraded = cluster.stage.natsctl({"upgrade", "--yes", cluster.stage.plan()});
  CAPTURE(upgraded.text);
  CHECK(upgraded.exit_code == 0);
  CHECK(cluster.stage.natsctl({"report"}).has("gone-for-good (127.0.0.1)"));
  const auto journal = cluster.stage.natsctl({"journal"});
  CAPTURE(journal.text);
  // It is waited for when the member serves again: one that knows no other server comes back to it.
  const auto named = journal.text.find("did not come back within 30s: gone-for-good");
  REQUIRE(named != std::string::npos);
  CHECK(journal.text.find("n1/clients-back") < named);
}

TEST_CASE("what 2.9 cannot do is said, and its lame duck does it") {
  Cluster cluster(three_nodes(Release::real("2.9"), Release::real("2.10")));
  for (int i = 0; i < 9; ++i)
    cluster.connect("app", cluster.url("n1"), watch::ConnectSettings::Reconnect::forever);
  cluster.settle();
  const auto evened = cluster.stage.natsctl({"rebalance", cluster.stage.plan()});
  CAPTURE(evened.text);
  CHECK(evened.exit_code != 0);
  CHECK(evened.has("its release cannot tell or close a single client"));
  CHECK(cluster.load()["n1"] == 9);
  const auto upgraded = cluster.stage.natsctl({"upgrade", "--yes", cluster.stage.plan()});
  CAPTURE(upgraded.text);
  CHECK(upgraded.exit_code == 0);
  CHECK(upgraded.has("its lame duck sent clients away: its release cannot"));
  cluster.settle();
}

TEST_SUITE_END();
