#include "base/text.h"
#include "tests/rehearsal/jetstream_client.h"
#include "tests/rehearsal/stage.h"
#include "tests/support/eventually.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

using rehearsal::JetStreamClient;
using rehearsal::Script;
using rehearsal::Stage;
using support::Release;

namespace {

// A, B and D with JetStream, from one release to another, and what an application keeps there.
struct Cluster {
  Script script;
  std::unique_ptr<Stage> stage;
  std::vector<std::string> urls;

  Cluster(const std::string& from, const std::string& to) {
    script.members = {"A", "B", "D"};
    script.from = Release::real(from);
    script.to = Release::real(to);
    script.jetstream = true;
    script.within = "60s";
    stage = std::make_unique<Stage>(script);
    stage->up();
    urls = base::split(stage->urls(), ',');
  }

  void then_to(const std::string& line) {
    const auto next = Release::real(line);
    stage->change_plan(
        fmt::format("version: {}, binary: {}", script.to.version, script.to.binary.string()),
        fmt::format("version: {}, binary: {}", next.version, next.binary.string()));
    script.to = next;
  }

  rehearsal::Said upgrade() const { return stage->natsctl({"upgrade", "--yes", stage->plan()}); }
};

std::int64_t ack_floor(JetStreamClient& client,
                       const std::string& stream,
                       const std::string& name) {
  return client.api(fmt::format("CONSUMER.INFO.{}.{}", stream, name))["ack_floor"]["stream_seq"]
      .integer(-1);
}

constexpr int kMessages = 50;

void fill(JetStreamClient& client) {
  client.make_stream("ORDERS", 3);
  client.make_stream("WORK", 3, R"({"retention":"workqueue"})");
  client.make_stream("KV_CONF",
                     3,
                     R"({"subjects":["$KV.CONF.>"],"max_msgs_per_subject":1,)"
                     R"("allow_rollup_hdrs":true,"deny_delete":true})");
  client.make_stream("SINGLE", 1);
  client.make_stream("CACHE", 1, R"({"storage":"memory"})");
  client.make_consumer("ORDERS", "READER");
  client.make_consumer("WORK", "WORKER");
  for (int i = 0; i < kMessages; ++i) {
    for (const auto* subject : {"ORDERS.1", "WORK.1", "SINGLE.1", "CACHE.1", "$KV.CONF.a"})
      REQUIRE(client.publish(subject));
  }
  client.work("ORDERS", "READER", 20, 10);  // ten are not acknowledged yet
  client.work("WORK", "WORKER", 20, 20);
}

}  // namespace

TEST_SUITE("rehearsal: jetstream") {
  TEST_CASE("2.9 to 2.10 to 2.15 under traffic: JetStream loses nothing, and brings nothing back") {
    Cluster cluster("2.9", "2.10");
    JetStreamClient client(cluster.urls);
    fill(client);
    const auto refused = cluster.upgrade();  // what has one copy is not accepted yet
    CAPTURE(refused.text);
    CHECK(refused.exit_code == 3);
    CHECK(refused.has("accept_offline: [ $G/SINGLE ]"));
    CHECK(refused.has("accept_loss: [ $G/CACHE ]"));
    cluster.stage->change_plan(
        "policy: {",
        "policy: { jetstream: { accept_offline: [SINGLE], accept_loss: [CACHE] }, "
        "accept: [raft-delete-range-possible],");  // nobody makes a mirror here

    rehearsal::Traffic traffic(cluster.urls, "ORDERS.2");
    for (const std::string line : {"2.10", "newest"}) {
      CAPTURE(line);
      if (line == "newest") cluster.then_to(line);
      const auto said = cluster.upgrade();
      CAPTURE(said.text);
      REQUIRE(said.exit_code == 0);
      for (const auto& node : cluster.script.members)
        CHECK(cluster.stage->version(node) == cluster.script.to.version);
      const auto report = cluster.stage->natsctl({"report"}).text;
      CHECK(report.find("peers A, B, D as before") != std::string::npos);
      // What the plan accepts to lose is lost once, and said.
      const auto told =
          line == "2.10"
              ? fmt::format("after; stream $G > CACHE ended at {} and ends at 0\n", kMessages)
              : std::string("nothing is behind what it was\n");
      CHECK(report.find(told) != std::string::npos);
    }
    const int taken = traffic.finish();
    CHECK(taken > 0);
    const auto orders = client.state("ORDERS");
    CHECK(orders["messages"].integer() >= kMessages + taken);
    CHECK(orders["messages"].integer() == orders["last_seq"].integer());
    CHECK(ack_floor(client, "ORDERS", "READER") == 10);
    CHECK(client.state("WORK")["messages"].integer() == kMessages - 20);
    CHECK(client.state("KV_CONF")["last_seq"].integer() == kMessages);
    CHECK(client.state("SINGLE")["messages"].integer() == kMessages);
  }
}
