#include "tests/support/eventually.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"
#include "watch/confirmed_publisher.h"
#include "watch/probe_verdict.h"
#include "watch/request_ledger.h"
#include "watch/simple_client.h"
#include "watch/traffic_probe.h"

#include <csignal>
#include <set>

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {

using watch::MessageLedger;

base::Time at(base::nanoseconds passed) {
  return base::Time{} + passed;
}

constexpr const char* kConf = "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"1s\"\n";

// Two real servers in a cluster, A and B.
struct Cluster {
  support::ServerProcess a{{.release = support::Release::real("2.10"),
                            .name = "A",
                            .conf = kConf,
                            .clustered = true,
                            .cluster_name = "demo",
                            .monitored = true}};
  support::ServerProcess b{{.release = support::Release::real("2.10"),
                            .name = "B",
                            .conf = kConf,
                            .clustered = true,
                            .cluster_name = "demo",
                            .routes = {a.cluster_port()},
                            .monitored = true}};
  std::unique_ptr<base::Clock> clock = base::system_clock();

  watch::ProbeSettings settings() const {
    watch::ProbeSettings settings;
    settings.servers = {{"127.0.0.1", a.port()}, {"127.0.0.1", b.port()}};
    settings.rate = 200;
    settings.subscribers = 2;
    return settings;
  }
};

}  // namespace

TEST_SUITE("watch: ledger") {
  TEST_CASE("lost is what was confirmed and not received, once there was time enough") {
    MessageLedger ledger;
    const int sub = ledger.add_subscriber(MessageLedger::Kind::careful);
    for (int i = 0; i < 3; ++i)
      ledger.next_number(at(1s));
    ledger.confirmed(0, at(1s));
    ledger.confirmed(1, at(1s));
    ledger.received(sub, 0, 0, at(1100ms));
    CHECK(ledger.result(at(2s), false).careful.lost == 0);
    CHECK(ledger.result(at(20s), false).careful.lost == 1);
    CHECK(ledger.result(at(2s), true).lost_numbers == std::vector<std::int64_t>{1});
    CHECK(ledger.result(at(2s), true).careful.slowest == 100ms);
    CHECK_FALSE(ledger.complete());
    ledger.received(sub, 0, 1, at(3s));
    CHECK(ledger.complete());
  }

  TEST_CASE("a message over a second connection is no duplicate, over the same one it is") {
    MessageLedger ledger;
    const int sub = ledger.add_subscriber(MessageLedger::Kind::careful);
    ledger.next_number(at(1s));
    ledger.received(sub, 0, 0, at(1s));
    ledger.received(sub, 1, 0, at(1s));
    CHECK(ledger.result(at(1s), true).careful.duplicated == 0);
    ledger.received(sub, 1, 0, at(1s));
    CHECK(ledger.result(at(1s), true).careful.duplicated == 1);
    CHECK(ledger.result(at(1s), true).careful.received == 1);
  }

  TEST_CASE("the longest gap is between two arrivals, and a result survives JSON") {
    MessageLedger ledger;
    const int sub = ledger.add_subscriber(MessageLedger::Kind::plain);
    for (int i = 0; i < 3; ++i)
      ledger.next_number(at(1s));
    ledger.received(sub, 0, 0, at(1s));
    ledger.received(sub, 0, 2, at(5s));
    ledger.received(sub, 0, 1, at(6s));
    const auto result = ledger.result(at(6s), true);
    CHECK(result.plain.longest_gap == 4s);
    CHECK(result.plain.gap_subscriber == 1);
    CHECK(result.plain.gap_began == 0s);
    CHECK(watch::ProbeResult::from_json(result.to_json()) == result);
  }
}

TEST_SUITE("watch: requests") {
  using watch::RequestLedger;

  TEST_CASE("a request that nobody answered has failed, and lengthens the time without an answer") {
    RequestLedger ledger;
    const int one = ledger.add_requester(RequestLedger::Kind::careful);
    const int two = ledger.add_requester(RequestLedger::Kind::careful);
    const int plain = ledger.add_requester(RequestLedger::Kind::plain);
    ledger.asked(one, at(1s));
    ledger.answered(one, at(1s), at(1010ms));
    ledger.asked(two, at(2s));
    ledger.failed(two);
    ledger.asked(two, at(4s));
    ledger.answered(two, at(4s), at(4020ms));
    ledger.asked(plain, at(5s));
    ledger.failed(plain);
    const auto careful = ledger.result(RequestLedger::Kind::careful);
    CHECK(careful.requesters == 2);
    CHECK(careful.asked == 3);
    CHECK(careful.failed == 1);
    CHECK(careful.longest_gap == 2020ms);
    CHECK(careful.gap_requester == 2);
    CHECK(careful.gap_began == 1s);
    CHECK(careful.slowest == 20ms);
    CHECK(ledger.result(RequestLedger::Kind::plain).failed == 1);
    CHECK(watch::Answers::from_json(careful.to_json()) == careful);
  }
}

TEST_SUITE("watch: what traffic proves") {
  watch::ProbeResult good() {
    watch::ProbeResult result;
    result.sent = result.confirmed = 100;
    result.careful.longest_gap = 200ms;
    return result;
  }

  std::string said(const watch::ProbeResult& result, bool final = true) {
    return watch::objection(result, plan::Probe{}, final).value_or("");
  }

  TEST_CASE("traffic that arrived in time is no reason to object") {
    CHECK(said(good()).empty());
  }

  TEST_CASE("nothing confirmed proves nothing, whatever may be lost") {
    plan::Probe generous;
    generous.max_lost = 1'000'000;
    watch::ProbeResult nothing;
    CHECK(watch::objection(nothing, generous, true));
    nothing.sent = 1000;
    CHECK(watch::objection(nothing, generous, true));
    CHECK_FALSE(watch::objection(nothing, generous, false));  // it may still come
  }

  TEST_CASE("what was never confirmed counts at the end, against what may be lost") {
    auto result = good();
    result.confirmed = 97;
    CHECK(said(result, false).empty());
    CHECK(said(result).find("3 of 100 messages were never confirmed") != std::string::npos);
    plan::Probe generous;
    generous.max_lost = 3;
    CHECK_FALSE(watch::objection(result, generous, true));
    result.careful.lost = 1;
    CHECK(watch::objection(result, generous, true));
  }

  TEST_CASE("a silence is told with the subscriber and the moment, and plain ones may be silent") {
    auto result = good();
    result.plain.longest_gap = 30s;
    CHECK(said(result).empty());
    result.careful.longest_gap = 700ms;
    result.careful.gap_subscriber = 2;
    result.careful.gap_began = 12s;
    CHECK(said(result, false) ==
          "careful subscriber 2 heard nothing for 700ms, from 12s after the first message on; the "
          "plan allows 500ms");
  }
}

TEST_SUITE("watch: confirmed publisher") {
  TEST_CASE("while nobody confirms, a window of numbers is under way and no more") {
    const auto clock = base::system_clock();
    support::ServerProcess server({.release = support::Release::real("2.10")});
    const watch::ServerList servers{
        {"nats://127.0.0.1:" + std::to_string(server.port())}, {}, "numbers"};
    MessageLedger ledger;
    watch::ConfirmedPublisher publisher(servers, ledger, *clock);
    REQUIRE(publisher.start());
    server.stop();
    for (int i = 0; i < 30; ++i)
      publisher.send(100);
    CHECK(ledger.result(clock->now(), false).sent == watch::ConfirmedPublisher::kWindow);
    CHECK_FALSE(publisher.all_confirmed());
    server.start();
    support::eventually("all is confirmed", [&] {
      publisher.send(0);
      return publisher.all_confirmed();
    });
    const auto result = ledger.result(clock->now(), true);
    CHECK(result.unconfirmed() == 0);
    CHECK(result.resent <= 2 * result.sent);
  }

  TEST_CASE("a connection that stays sends nothing twice") {
    const auto clock = base::system_clock();
    support::ServerProcess server({.release = support::Release::real("2.10")});
    const watch::ServerList servers{
        {"nats://127.0.0.1:" + std::to_string(server.port())}, {}, "numbers"};
    MessageLedger ledger;
    watch::ConfirmedPublisher publisher(servers, ledger, *clock);
    REQUIRE(publisher.start());
    for (int i = 0; i < 20; ++i)
      publisher.send(50);
    CHECK(ledger.result(clock->now(), true).confirmed == 1000);
    CHECK(ledger.result(clock->now(), true).resent == 0);
  }
}

TEST_SUITE("watch: traffic probe") {
  TEST_CASE("a user who may not publish there is told so, and no traffic is counted") {
    support::ServerProcess server(
        {.release = support::Release::real("2.10"),
         .conf = "authorization { users = [ { user: app, permissions: { publish: \"orders.>\" } } "
                 "] }\n"});
    const auto clock = base::system_clock();
    watch::ProbeSettings settings;
    settings.servers = {{"127.0.0.1", server.port()}};
    settings.access.user = "app";
    const auto probe = watch::TrafficProbe::start(settings, *clock);
    REQUIRE_FALSE(probe);
    MESSAGE(probe.error().what);
  }

  TEST_CASE("traffic without servers ends unproven, in bounded time, and is not sent on and on") {
    support::ServerProcess server({.release = support::Release::real("2.10")});
    const auto clock = base::system_clock();
    watch::ProbeSettings settings;
    settings.servers = {{"127.0.0.1", server.port()}};
    settings.rate = 1000;
    settings.subscribers = 1;
    auto probe = watch::TrafficProbe::start(settings, *clock);
    REQUIRE(probe);
    server.kill();
    support::eventually("the window is full", [&] {
      return (*probe)->result().unconfirmed() >=
             static_cast<std::int64_t>(watch::ConfirmedPublisher::kWindow);
    });
    const auto result = (*probe)->finish();
    CAPTURE(result.to_json().dump());
    CHECK(result.unconfirmed() == watch::ConfirmedPublisher::kWindow);
    CHECK(watch::objection(result, plan::Probe{}, true));
  }

  TEST_CASE("careful subscribers lose nothing while one server after the other goes") {
    Cluster cluster;
    auto probe = watch::TrafficProbe::start(cluster.settings(), *cluster.clock);
    REQUIRE(probe);
    const auto flows = [&](std::int64_t messages) {
      const auto goal = (*probe)->result().confirmed + messages;
      support::eventually("traffic flows", [&] { return (*probe)->result().confirmed >= goal; });
    };
    flows(50);
    for (auto* server : {&cluster.a, &cluster.b}) {
      server->stop();
      flows(50);
      server->start();
      flows(200);  // a second: the subscribers are on both again
    }
    const auto result = (*probe)->finish();
    CAPTURE(result.to_json().dump());
    CHECK(result.confirmed > 500);
    CHECK(result.careful.lost == 0);
    CHECK(result.careful.received >= 2 * result.confirmed);
    CHECK(result.plain.subscribers == 2);
  }

  // The names of the clients that a server has.
  std::multiset<std::string> clients_of(const support::ServerProcess& server) {
    std::multiset<std::string> names;
    const auto connz = support::http_get(server.monitor_port(), "/connz").json();
    for (const auto& connection : connz["connections"].items())
      names.insert(connection["name"].text());
    return names;
  }

  bool has_each_kind(const support::ServerProcess& server) {
    const auto names = clients_of(server);
    for (const auto* kind : {"publisher", "careful", "responder", "requester"}) {
      if (!names.contains(std::string("natsctl probe, ") + kind)) return false;
    }
    return true;
  }

  TEST_CASE("every server has a client of each kind, also after it was away") {
    Cluster cluster;
    auto settings = cluster.settings();
    settings.subscribers = 0;
    auto probe = watch::TrafficProbe::start(settings, *cluster.clock);
    REQUIRE(probe);
    for (auto* server : {&cluster.a, &cluster.b})
      support::eventually("each kind is there", [&] { return has_each_kind(*server); });
    cluster.a.stop();
    support::eventually("b has them all", [&] {
      return clients_of(cluster.b).count("natsctl probe, publisher") == 2;
    });
    cluster.a.start();
    support::eventually("each kind is back", [&] { return has_each_kind(cluster.a); });
    const auto result = (*probe)->finish();
    CAPTURE(result.to_json().dump());
    CHECK(result.careful.lost == 0);
    CHECK(result.unconfirmed() == 0);
  }

  TEST_CASE("in lame duck mode no careful request fails, and those who ask are told of") {
    Cluster cluster;
    auto settings = cluster.settings();
    settings.requests = 100;
    auto probe = watch::TrafficProbe::start(settings, *cluster.clock);
    REQUIRE(probe);
    const auto asked = [&] { return (*probe)->result().careful_requests.asked; };
    support::eventually("requests flow", [&] { return asked() > 50; });
    cluster.a.signal(SIGUSR2);
    cluster.a.wait_for_exit(60s);
    const auto until = asked() + 50;
    support::eventually("they flow on", [&] { return asked() > until; });
    const auto result = (*probe)->finish();
    CAPTURE(result.to_json().dump());
    CHECK(result.careful.lost == 0);
    CHECK(result.careful_requests.requesters == 2);
    CHECK(result.careful_requests.failed == 0);
    CHECK(result.careful_requests.longest_gap > 0s);
    CHECK(result.plain_requests.asked > 0);
  }

  TEST_CASE(
      "requests that may not be asked are no traffic, and none are made when none are wanted") {
    support::ServerProcess server(
        {.release = support::Release::real("2.10"),
         .conf = "authorization { users = [ { user: app, permissions: { publish: [\"_natsctl.>\"], "
                 "subscribe: [\"_natsctl.>\"] } } ] }\n"});
    const auto clock = base::system_clock();
    watch::ProbeSettings settings;
    settings.servers = {{"127.0.0.1", server.port()}};
    settings.access.user = "app";
    const auto refused = watch::TrafficProbe::start(settings, *clock);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("requests: 0") != std::string::npos);
    settings.requests = 0;
    auto probe = watch::TrafficProbe::start(settings, *clock);
    REQUIRE(probe);
    support::eventually("traffic flows", [&] { return (*probe)->result().confirmed > 10; });
    CHECK((*probe)->finish().careful_requests.asked == 0);
  }

  TEST_CASE("a probe without any server to go to says so") {
    const auto clock = base::system_clock();
    watch::ProbeSettings settings;
    settings.servers = {{"127.0.0.1", 1}};
    const auto probe = watch::TrafficProbe::start(settings, *clock);
    REQUIRE_FALSE(probe);
    CHECK(probe.error().what.find("nats://127.0.0.1:1") != std::string::npos);
  }
}

TEST_SUITE("watch: simple client") {
  TEST_CASE("what is published is heard, and a subscriber ends after enough") {
    support::ServerProcess server({.release = support::Release::real("2.10")});
    const watch::ClientSettings client{{"nats://127.0.0.1:" + std::to_string(server.port())}, {}};
    std::atomic<bool> ready = false;
    std::string heard;
    std::jthread listener([&](const std::stop_token& stop) {
      watch::Hearing hearing;
      hearing.message = [&](const watch::Message& message) {
        heard += message.subject + " " + message.data;
      };
      hearing.news = [&](const std::string&) { ready = true; };
      hearing.most = 1;
      CHECK(watch::subscribe(client, "greet.>", "", hearing, stop));
    });
    support::eventually("it listens", [&] { return ready.load(); });
    std::optional<std::string> once = "hello";
    REQUIRE(watch::publish(client, "greet.joe", [&] { return std::exchange(once, {}); }, {}));
    listener.join();
    CHECK(heard == "greet.joe hello");
    const auto nobody = watch::request(client, "nobody.there", "?");
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error().code == base::ErrorCode::not_found);
  }
}
