// States in which /healthz of real servers says ok and an upgrade must not go on: built for real,
// and seen by the words that gates use.
#include "gates/conditions.h"
#include "tests/rehearsal/jetstream_client.h"
#include "tests/support/eventually.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"
#include "watch/observe.h"
#include "watch/raft_groups.h"
#include "watch/watcher.h"

#include <doctest/doctest.h>

using rehearsal::JetStreamClient;
using support::Release;
using support::ServerProcess;

namespace {

using gates::Verdict;

// Real servers with JetStream, watched as natsctl watches them.
class Servers {
 public:
  // When several begin at once on a busy machine, 2.10 now and then leaves one out of its meta
  // group for good: then they begin once more.
  explicit Servers(const std::vector<std::string>& names) {
    try {
      begin(names);
    } catch (const std::exception&) {
      for (const auto& name : names)
        watcher_.remove(name);
      servers_.clear();
      cluster_ports_.clear();
      plan_.nodes.clear();
      stores_ = std::make_unique<support::TempDir>();
      begin(names);
    }
  }

  // `called`: what the server calls itself, if it is not `name`.
  void start(const std::string& name,
             const std::string& cluster = "demo",
             const std::string& called = "") {
    support::ServerSettings settings;
    settings.release = Release::real("2.10");
    settings.name = called.empty() ? name : called;
    settings.clustered = true;
    settings.cluster_name = cluster;
    settings.cluster_port =
        cluster_ports_.contains(name) ? cluster_ports_.at(name) : support::free_port();
    cluster_ports_[name] = settings.cluster_port;
    for (const auto& [other, port] : cluster_ports_)
      settings.routes.push_back(port);
    settings.monitored = true;
    settings.may_fail = true;
    settings.port = support::free_port();
    settings.monitor_port = support::free_port();
    settings.arguments = {"-js", "-sd", *stores_ / name};
    auto& server = servers_[name];
    server = std::make_unique<ServerProcess>(settings);
    plan::Node node;
    node.name = name;
    node.client = {"127.0.0.1", server->port()};
    node.monitor = {"127.0.0.1", server->monitor_port()};
    plan_.nodes.push_back(node);
    watcher_.add(node);
  }

  // As a crash ends it; the plan does not count on it any more.
  void lose(const std::string& name) {
    servers_.at(name)->kill();
    watcher_.remove(name);
    std::erase_if(plan_.nodes, [&](const auto& node) { return node.name == name; });
  }

  ServerProcess& server(const std::string& name) { return *servers_.at(name); }

  watch::Snapshot look() { return watcher_.look(); }

  std::vector<gates::Reading> judge(const std::string& condition, const std::string& node = "") {
    const auto seen = look();
    const playbook::Step step{
        .id = "test", .action = "check", .node = node, .args = {}, .gate = {}};
    const watch::Baseline before;
    return gates::judge({condition}, {plan_, step, seen, before, clock_->now(), false});
  }

  bool green(const std::string& condition, const std::string& node = "") {
    return gates::all_green(judge(condition, node));
  }

  bool says(const std::string& condition, const std::string& text, const std::string& node = "") {
    for (const auto& reading : judge(condition, node)) {
      if (reading.verdict == Verdict::red && reading.sentence().find(text) != std::string::npos)
        return true;
    }
    return false;
  }

  std::string meta_leader() {
    for (const auto& [name, node] : watch::observe(plan_, look()).nodes) {
      if (node.meta_leader) return name;
    }
    return {};
  }

  // The last sequence of ORDERS that a server told of, a look before the latest.
  std::uint64_t told_before(const std::string& name) {
    auto seen = look();
    auto& sample = seen.nodes.at(name);
    sample.jetstream = sample.jetstream_before;
    const auto groups = watch::raft_groups(seen);
    const auto at = groups.find("$G > ORDERS");
    const auto* copy = at == groups.end() ? nullptr : at->second.copy_on(name);
    return copy ? copy->stream->state.last_seq : 0;
  }

  std::vector<std::string> urls() const {
    std::vector<std::string> result;
    for (const auto& node : plan_.nodes)
      result.push_back(watch::client_url(node.client));
    return result;
  }

  static constexpr auto kLong = std::chrono::seconds(40);

 private:
  void begin(const std::vector<std::string>& names) {
    for (const auto& name : names)
      cluster_ports_[name] = support::free_port();
    for (const auto& name : names)
      start(name);
    std::string trouble;
    const auto is_whole = [&] {
      trouble.clear();
      for (const auto& reading : judge("meta-peers-current")) {
        if (reading.verdict != Verdict::green) trouble += reading.sentence() + "\n";
      }
      return trouble.empty();
    };
    try {
      support::eventually("the meta group is whole", is_whole, kLong);
    } catch (const std::exception& vain) {
      throw std::runtime_error(vain.what() + ("\n" + trouble));
    }
  }

  std::unique_ptr<support::TempDir> stores_ = std::make_unique<support::TempDir>();
  std::map<std::string, int> cluster_ports_;
  std::map<std::string, std::unique_ptr<ServerProcess>> servers_;
  plan::Plan plan_;
  std::unique_ptr<base::Clock> clock_ = base::system_clock();
  watch::Watcher watcher_{*clock_};
};

}  // namespace

TEST_SUITE("rehearsal: red although /healthz is ok") {
  TEST_CASE("a temporary node with JetStream enlarges the meta group, which then dies early") {
    Servers servers({"A", "B", "D", "C"});
    CHECK(servers.green("healthz-ok"));
    CHECK(servers.green("meta-quorum-kept", "A"));
    const auto leader = servers.meta_leader();
    std::vector<std::string> others;
    for (const std::string name : {"A", "B", "C", "D"}) {
      if (name != leader) others.push_back(name);
    }
    servers.lose(others[0]);  // taken away without its removal from the group
    support::eventually(
        "the one that was taken away is counted",
        [&] { return servers.says("meta-size", "a meta group of 4: A, B, C, D"); },
        Servers::kLong);
    support::eventually(
        "no other can be spared",
        [&] { return servers.says("meta-quorum-kept", "wanted 3 current peers", others[1]); },
        Servers::kLong);
    servers.lose(others[1]);  // as a member that is restarted
    support::eventually(
        "two of four: both say ok, and it is seen that they are no quorum",
        [&] {
          return servers.says("meta-peers-current", "meta group") &&
                 servers.says("meta-quorum-kept", "wanted 3 current peers", leader) &&
                 servers.green("healthz-ok");
        },
        Servers::kLong);
  }

  TEST_CASE("a stream that lost two of its three servers in a cluster of five has no leader") {
    Servers servers({"A", "B", "D", "E", "F"});
    JetStreamClient client(servers.urls());
    client.make_stream("ORDERS", 3);
    REQUIRE(client.publish("ORDERS.1"));
    support::eventually("it is led", [&] { return servers.green("groups-led"); });
    const auto info = client.api("STREAM.INFO.ORDERS")["cluster"];
    servers.lose(info["leader"].text());
    servers.lose(info["replicas"].items().at(0)["name"].text());
    support::eventually(
        "all that are left say ok, and the stream is seen to have no leader",
        [&] {
          return servers.says("groups-led", "stream $G > ORDERS has no leader") &&
                 servers.green("healthz-ok");
        },
        Servers::kLong);
  }

  TEST_CASE("a server that is back is not green before it has every message") {
    Servers servers({"A", "B", "D"});
    JetStreamClient client(servers.urls());
    client.make_stream("ORDERS", 3);
    const auto leader = client.leader("ORDERS");
    const std::string away = leader == "A" ? "B" : "A";
    servers.server(away).stop();
    const auto messages = static_cast<std::uint64_t>(client.publish_many("ORDERS.1", 20'000, 500));
    support::eventually(
        "two looks have shown what the leader holds",
        [&] { return servers.told_before(leader) >= messages; },
        Servers::kLong);
    servers.server(away).start();
    support::eventually(
        "the copy is judged to be whole",
        [&] { return servers.green("sequences-caught-up", away); },
        Servers::kLong);
    const auto seen = servers.look();
    REQUIRE(seen.nodes.at(away).jetstream);
    const auto groups = watch::raft_groups(seen);
    CHECK(groups.at("$G > ORDERS").copy_on(away)->stream->state.last_seq >= messages);
  }

  TEST_CASE("a server of another cluster's name is no part of the mesh") {
    Servers servers({"A", "B", "D"});
    servers.start("E", "other");
    support::eventually("it answers, and has no routes",
                        [&] { return servers.says("mesh-full", "E: routes to nothing"); });
  }

  // What /healthz of the second says depends on whether its routes live long enough for it to hear
  // of a meta leader; that of the others is 200.
  TEST_CASE("of two servers with one name the routes are never steady, whatever they say") {
    Servers servers({"A", "B", "D"});
    support::eventually("routes are steady", [&] { return servers.green("routes-steady"); });
    support::eventually("routes are complete", [&] { return servers.green("routes-complete"); });
    servers.start("twin", "demo", "A");
    support::eventually("routes are made anew, and the others say ok", [&] {
      return servers.says("routes-steady", "a new route") && servers.green("healthz-ok", "B") &&
             servers.green("healthz-ok", "D");
    });
  }
}
