#include "base/files.h"
#include "base/text.h"
#include "contract/conf_parser.h"
#include "contract/url.h"
#include "tests/rehearsal/jetstream_client.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/certificates.h"
#include "tests/support/eventually.h"
#include "tests/support/wire.h"
#include "watch/port.h"

#include <algorithm>
#include <mutex>
#include <set>
#include <thread>

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::JetStreamClient;
using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

Script two_clusters_and_a_leaf() {
  Script script;
  script.members = {"EA", "EB", "EC", "WA", "WB", "L"};
  script.clusters = {
      {"EA", "EAST"}, {"EB", "EAST"}, {"EC", "EAST"}, {"WA", "WEST"}, {"WB", "WEST"}};
  script.from = Release::real("2.9");
  script.to = Release::real("2.10");
  script.jetstream = true;
  script.users =
      "accounts { SYS { users = [ { user: sys, password: sesame } ] }\n"
      "           APP { jetstream: enabled, users = [ { user: app, password: app } ] } }\n"
      "system_account: SYS\nno_auth_user: app\n";
  script.within = "60s";
  script.plan = "probe: { rate: 50 }\n";
  return script;
}

// Looks again and again which servers refuse connections, and remembers any two that do at one
// time.
class Lookout {
 public:
  Lookout(const Stage& stage, const std::vector<std::string>& nodes)
      : thread_([this, &stage, nodes](const std::stop_token& stop) {
          while (!stop.stop_requested()) {
            for (const auto& node : nodes) {
              if (!is_down(stage, node)) continue;
              for (const auto& other : nodes) {
                // Down before the other was and after it: both at once.
                if (other != node && is_down(stage, other) && is_down(stage, node)) {
                  const std::lock_guard lock(mutex_);
                  pairs_.insert(node + " and " + other);
                }
              }
            }
          }
        }) {}

  std::set<std::string> pairs() {
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    return pairs_;
  }

 private:
  static bool is_down(const Stage& stage, const std::string& node) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // how often it looks
    return watch::refuses({"127.0.0.1", stage.monitor_port(node)}, std::chrono::seconds(1));
  }

  std::mutex mutex_;
  std::set<std::string> pairs_;
  std::jthread thread_;  // the last member: it ends first
};

// The order in which a plan takes the members, by what it says of it.
std::vector<std::string> turns_in(const std::string& text, std::vector<std::string> members) {
  std::sort(members.begin(), members.end(), [&](const auto& a, const auto& b) {
    return text.find(a + "/lame-duck") < text.find(b + "/lame-duck");
  });
  return members;
}

// The page that a server with this conf has, as soon as it answers.
std::optional<base::Json> gatewayz_by(const std::filesystem::path& conf) {
  const auto text = base::read_file(conf);
  if (!text) return std::nullopt;
  const auto parsed = contract::parse_conf(*text, conf);
  const auto* http = parsed ? parsed->find("http") : nullptr;
  if (http == nullptr) return std::nullopt;
  const auto address = contract::HostPort::parse(http->as_text());
  if (!address || watch::refuses({address->host, address->port}, std::chrono::seconds(1)))
    return std::nullopt;
  try {
    return support::http_get(address->port, "/gatewayz").json();
  } catch (const support::WireError&) {
    return std::nullopt;
  }
}

// Of two clusters of our brokers, with a temporary node for the first.
Script two_clusters_of_brokers() {
  Script script;
  script.members = {"EA", "EB", "WA", "WB"};
  script.clusters = {{"EA", "EAST"}, {"EB", "EAST"}, {"WA", "WEST"}, {"WB", "WEST"}};
  script.within = "60s";
  script.plan = "probe: { rate: 50 }\n";
  return script;
}

// Upgrades with a temporary node of the first cluster, which leaves no trace in either.
void upgrade_through_c(const Script& script) {
  Stage stage(script);
  stage.up();
  stage.change_plan("use: never", "use: always");
  const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
  CAPTURE(said.text);
  REQUIRE(said.exit_code == 0);
  for (const auto& [node, cluster] : script.clusters) {
    CAPTURE(node);
    CHECK(stage.version(node) == script.to.version);
    const std::string other = cluster == "EAST" ? "WEST" : "EAST";
    const auto gateways = support::http_get(stage.monitor_port(node), "/gatewayz").json();
    CHECK(gateways["outbound_gateways"].find(other) != nullptr);
    // One from each of the other cluster's two servers, and none of C's.
    CHECK(gateways["inbound_gateways"][other].items().size() <= 2);
  }
  const auto report = stage.natsctl({"report"}).text;
  CAPTURE(report);
  CHECK(report.find("careful subscribers lost 0") != std::string::npos);
}

}  // namespace

TEST_SUITE("rehearsal: super-cluster") {
  TEST_CASE("clusters of brokers are rehearsed as one, joined by gateways as theirs are") {
    Stage stage(two_clusters_of_brokers());
    const auto folder = stage.path("tmp");
    std::filesystem::create_directories(folder);
    ::setenv("TMPDIR", folder.c_str(), 1);
    stage.change_plan("use: never", "use: always");
    auto running = stage.start_natsctl({"rehearse", stage.plan()});
    ::unsetenv("TMPDIR");
    bool joined = false;
    support::eventually(
        "a server of the replica has a gateway to the other cluster, or it is over",
        [&] {
          for (const auto& each : std::filesystem::directory_iterator(folder)) {
            const auto page = gatewayz_by(each.path() / "EA.conf");
            joined = joined || (page && (*page)["outbound_gateways"].find("WEST") != nullptr);
          }
          return joined || running->ended();
        },
        std::chrono::seconds(60));
    CHECK(joined);
    const auto said = running->wait();
    CAPTURE(said.text);
    CHECK(said.exit_code == 0);
    CHECK(said.has("careful subscribers lost 0"));
    CHECK(std::filesystem::is_empty(folder));
  }

  TEST_CASE("a temporary broker stands in for a member of one cluster within a super-cluster") {
    upgrade_through_c(two_clusters_of_brokers());
  }

  TEST_CASE("a temporary server of either kind is let into gateways with TLS and a login") {
    const support::Authority authority;
    auto script = two_clusters_of_brokers();
    script.from = Release::real("2.9");
    script.to = Release::real("2.10");
    script.users =
        "accounts { SYS { users = [ { user: sys, password: sesame } ] }\n"
        "           APP { users = [ { user: app, password: app } ] } }\n"
        "system_account: SYS\nno_auth_user: app\n";
    script.gateways = "authorization { user: gate, password: sesame, timeout: 2 }, " +
                      authority.tls_block(authority.issue("gate", "gate"), "verify: true") +
                      "reject_unknown_cluster: true";
    SUBCASE("the release's") {}
    SUBCASE("the bundled broker") {
      script.temp_binary = Release::broker().binary;
    }
    upgrade_through_c(script);
  }

  TEST_CASE("two clusters and a leaf node: one server at a time in all, links and data whole") {
    const auto script = two_clusters_and_a_leaf();
    Stage stage(script);
    stage.up();
    JetStreamClient east({fmt::format("nats://127.0.0.1:{}", stage.client_port("EA"))});
    JetStreamClient leaf({fmt::format("nats://127.0.0.1:{}", stage.client_port("L"))});
    east.make_stream("ORDERS", 3);
    // Of that name, and another one: what is published on either side is heard on both.
    leaf.make_stream("ORDERS", 1, R"({"subjects":["LOCAL.>"]})");
    for (int i = 0; i < 50; ++i) {
      REQUIRE(east.publish("ORDERS.1"));
      if (i % 2 == 0) REQUIRE(leaf.publish("LOCAL.1"));
    }

    const auto refused = stage.natsctl({"upgrade", "--yes", stage.plan()});
    CAPTURE(refused.text);
    CHECK(refused.exit_code == 3);
    CHECK(refused.has("of domain leaf has its only copy there"));
    stage.change_plan("policy: {", "policy: { jetstream: { accept_offline: [ORDERS] },");

    const auto planned = stage.natsctl({"plan", stage.plan()});
    CAPTURE(planned.text);
    REQUIRE(planned.exit_code == 0);
    const auto turns = turns_in(planned.text, script.members);
    std::vector<std::string> clusters;
    for (const auto& node : turns) {
      const auto at = script.clusters.find(node);
      clusters.push_back(at == script.clusters.end() ? node : at->second);
    }
    clusters.erase(std::unique(clusters.begin(), clusters.end()), clusters.end());
    CHECK(clusters.size() == 3);  // none is begun twice

    Lookout lookout(stage, script.members);
    const auto said = stage.natsctl({"upgrade", "--yes", stage.plan()});
    CAPTURE(said.text);
    REQUIRE(said.exit_code == 0);
    CHECK(lookout.pairs() == std::set<std::string>{});
    for (const auto& node : script.members)
      CHECK(stage.version(node) == script.to.version);
    for (const auto& [node, cluster] : script.clusters) {
      const auto gateways = support::http_get(stage.monitor_port(node), "/gatewayz").json();
      CAPTURE(node);
      CHECK(gateways["outbound_gateways"].find(cluster == "EAST" ? "WEST" : "EAST") != nullptr);
    }
    CHECK(support::http_get(stage.monitor_port("L"), "/leafz").json()["leafnodes"].integer() == 1);
    const auto report = stage.natsctl({"report"}).text;
    CAPTURE(report);
    CHECK(report.find("peers EA, EB, EC, WA, WB as before") != std::string::npos);
    CHECK(report.find("careful subscribers lost 0") != std::string::npos);
    CHECK(east.state("ORDERS")["messages"].integer() == 50);
    CHECK(leaf.state("ORDERS")["messages"].integer() == 25);
  }
}
