#include "tests/broker/json_shape.h"
#include "tests/broker/super_cluster.h"
#include "tests/support/certificates.h"

#include <array>
#include <set>

#include <doctest/doctest.h>

using support::check_far;
using support::first_of;
using support::next_of;
using support::Region;
using support::Release;
using support::ServerProcess;
using support::wait_for_gateways;
using support::Wire;

// Clusters joined by gateways: of our brokers, and of ours and real servers.

namespace {

// Two clusters of one server each; the first dials the second, which dials back.
void check_pair(const Release& dialler, const Release& acceptor) {
  const Region east("EAST");
  const Region west("WEST");
  ServerProcess b(first_of(west, "B", {}, acceptor));
  ServerProcess a(first_of(east, "A", {&west}, dialler));
  wait_for_gateways(a, {"WEST"});
  wait_for_gateways(b, {"EAST"});
  check_far(a, b);
  check_far(b, a);
}

constexpr char kAccounts[] =
    "accounts {\n"
    "  $SYS: { users: [ { user: sys, password: s } ] }\n"
    "  SHOP: { users: [ { user: ann, password: a } ]\n"
    "          imports: [ { service: { account: BANK, subject: pay }, to: my.pay } ] }\n"
    "  BANK: { users: [ { user: ben, password: b } ], exports: [ { service: pay } ] }\n"
    "}\n";

Wire as(const ServerProcess& server, const std::string& user, const std::string& password) {
  return Wire::client(
      server.port(),
      R"({"verbose":false,"headers":true,"user":")" + user + R"(","pass":")" + password + "\"}");
}

// Two clusters of one server each with accounts, and what is in common to both tests of them.
struct Pair {
  Pair(const Release& dialler, const Release& acceptor)
      : b(with_accounts(first_of(west, "B", {}, acceptor))),
        a(with_accounts(first_of(east, "A", {&west}, dialler))) {
    wait_for_gateways(a, {"WEST"});
    wait_for_gateways(b, {"EAST"});
  }

  static support::ServerSettings with_accounts(support::ServerSettings settings) {
    settings.conf += kAccounts;
    return settings;
  }

  Region east{"EAST"};
  Region west{"WEST"};
  ServerProcess b;
  ServerProcess a;
};

// A request to every server is answered from both clusters.
void check_system_requests(const ServerProcess& here) {
  Wire asker = as(here, "sys", "s");
  asker.send("SUB inbox 1");
  asker.sync();
  std::set<std::string> names;
  // Interest may still be on its way: then only the near one answers, and is asked again.
  support::eventually("servers of both clusters answer", [&] {
    asker.send_raw("PUB $SYS.REQ.SERVER.PING.VARZ inbox 0\r\n\r\n");
    try {
      while (names.size() < 2) {
        const auto answer =
            base::Json::parse(asker.next(std::chrono::milliseconds(500)).value_or(""));
        if (answer) names.insert((*answer)["server"]["name"].text());
      }
    } catch (const support::WireError&) {
      return false;
    }
    return true;
  });
  CHECK(names == std::set<std::string>{"A", "B"});
}

// What one account imports from another is served in the other cluster.
void check_service(const ServerProcess& here, const ServerProcess& there) {
  Wire bank = as(there, "ben", "b");
  bank.send("SUB pay 1");
  bank.sync();
  Wire shop = as(here, "ann", "a");
  std::string request;
  support::eventually("the service is known", [&] {
    shop.send_raw("SUB inbox 1\r\nPUB my.pay inbox 2\r\nhi\r\n");
    shop.sync();
    bank.send("PING");
    request = bank.line_with_any({"MSG pay 1 ", "PONG"});
    return request != "PONG";
  });
  const auto reply = request.substr(request.find("pay 1 ") + 6);
  bank.send_raw("PUB " + reply.substr(0, reply.find(' ')) + " 2\r\nok\r\n");
  shop.line_with("MSG inbox 1 2");
  CHECK(shop.line() == "ok");
}

// Two clusters of two servers, by their releases: each reaches each of the other's.
void check_two_and_two(const std::array<Release, 2>& of_east,
                       const std::array<Release, 2>& of_west,
                       support::Between between) {
  const Region east("EAST");
  const Region west("WEST");
  ServerProcess b1(first_of(west, "B1", {}, of_west[0]));
  ServerProcess a1(first_of(east, "A1", {&west}, of_east[0]));
  ServerProcess a2(next_of(east, "A2", a1, of_east[1]));
  ServerProcess b2(next_of(west, "B2", b1, of_west[1]));
  for (const auto* server : {&a1, &a2, &b1, &b2})
    support::wait_for_remotes(*server, 1);
  for (const auto* server : {&a1, &a2})
    wait_for_gateways(*server, {"WEST"});
  for (const auto* server : {&b1, &b2})
    wait_for_gateways(*server, {"EAST"});
  for (const auto* here : {&a1, &a2}) {
    for (const auto* there : {&b1, &b2}) {
      check_far(*here, *there, between);
      check_far(*there, *here, between);
    }
  }
}

}  // namespace

TEST_SUITE("broker: gateways") {
  TEST_CASE("requests to all servers and services of other accounts reach other clusters") {
    const Pair pair(Release::broker(), Release::broker());
    check_system_requests(pair.a);
    check_system_requests(pair.b);
    check_service(pair.a, pair.b);
    check_service(pair.b, pair.a);
  }

  TEST_CASE("/gatewayz and /varz have the fields and kinds of nats-server 2.10") {
    const Pair ours(Release::broker(), Release::broker());
    const Pair theirs(Release::real("2.10"), Release::real("2.10"));
    for (const auto* pair : {&ours, &theirs}) {
      support::eventually("the round trips are measured", [&] {
        const auto page = support::gatewayz(pair->a);
        return !page["outbound_gateways"]["WEST"]["connection"]["rtt"].text().empty() &&
               !page["inbound_gateways"]["WEST"]
                    .items()
                    .front()["connection"]["rtt"]
                    .text()
                    .empty();
      });
    }
    Wire our_queue = as(ours.b, "ben", "b");
    Wire their_queue = as(theirs.b, "ben", "b");
    for (auto* queue : {&our_queue, &their_queue}) {
      queue->send_raw("SUB pay 1\r\nSUB pay tellers 2\r\n");
      queue->sync();
    }
    for (const auto* pair : {&ours, &theirs}) {
      support::eventually("the subscriptions are known", [&] {
        const auto page = support::gatewayz(pair->a, "?acc_name=BANK");
        const auto& accounts = page["outbound_gateways"]["WEST"]["accounts"].items();
        return !accounts.empty() && accounts.front()["num_subs"].integer() == 2;
      });
    }
    for (const char* query : {"",
                              "?accs=1",
                              "?acc_name=BANK",
                              "?acc_name=BANK&subs=1",
                              "?acc_name=BANK&subs=detail",
                              "?acc_name=NOBODY",
                              "?gw_name=WEST",
                              "?gw_name=NOWHERE"}) {
      CAPTURE(query);
      CHECK(support::difference(support::gatewayz(ours.a, query),
                                support::gatewayz(theirs.a, query)) == "");
    }
    for (const auto which : {&Pair::a, &Pair::b}) {
      const auto varz = [&](const Pair& pair) {
        return support::http_get((pair.*which).monitor_port(), "/varz").json()["gateway"];
      };
      CHECK(support::difference(varz(ours), varz(theirs)) == "");
    }
    const auto wrong = support::http_get(ours.a.monitor_port(), "/gatewayz?accs=maybe");
    CHECK(wrong.status == 400);
    CHECK(wrong.body == support::http_get(theirs.a.monitor_port(), "/gatewayz?accs=maybe").body);
  }

  TEST_CASE("certificates are shown on both sides, and without a good one there is no gateway") {
    const support::Authority authority;
    const support::Authority stranger;
    const Region east("EAST");
    const Region west("WEST");
    const auto secured = [](support::ServerSettings settings, const std::string& tls) {
      settings.conf.insert(settings.conf.find('{') + 1, " " + tls);
      return settings;
    };
    const auto good = authority.tls_block(authority.issue("good", "good"));
    const auto bad = stranger.tls_block(stranger.issue("bad", "bad"));
    for (const auto& acceptor : {Release::broker(), Release::real("2.10")}) {
      CAPTURE(acceptor.version);
      ServerProcess b(secured(first_of(west, "B", {}, acceptor), good));
      ServerProcess a(secured(first_of(east, "A", {&west}), good));
      ServerProcess c(secured(first_of(Region("NORTH"), "C", {&west}), bad));
      wait_for_gateways(a, {"WEST"});
      wait_for_gateways(b, {"EAST"});
      check_far(a, b);
      check_far(b, a);
      c.wait_for_log("TLS handshake error");
      wait_for_gateways(c, {});
    }
  }

  TEST_CASE("two clusters of ours exchange messages, requests and queue groups") {
    check_pair(Release::broker(), Release::broker());
  }

  TEST_CASE("a request from any server of a cluster is answered at any server of another") {
    const Release ours = Release::broker();
    check_two_and_two({ours, ours}, {ours, ours}, support::Between::nobody);
  }

  TEST_CASE("clusters that both know a third find each other") {
    const Region east("EAST");
    const Region west("WEST");
    const Region north("NORTH");
    ServerProcess n(first_of(north, "N", {}));
    ServerProcess a(first_of(east, "A", {&north}));
    ServerProcess b(first_of(west, "B", {&north}));
    wait_for_gateways(a, {"NORTH", "WEST"});
    wait_for_gateways(b, {"NORTH", "EAST"});
    wait_for_gateways(n, {"EAST", "WEST"});
    check_far(a, b);
    check_far(b, n);
    check_far(n, a);
  }

  TEST_CASE("a cluster that comes back is dialled again") {
    const Region east("EAST");
    const Region west("WEST");
    ServerProcess b(first_of(west, "B", {}));
    ServerProcess a(first_of(east, "A", {&west}));
    wait_for_gateways(a, {"WEST"});
    wait_for_gateways(b, {"EAST"});
    b.kill();
    wait_for_gateways(a, {});
    b.start();
    wait_for_gateways(a, {"WEST"});
    wait_for_gateways(b, {"EAST"});
    check_far(a, b);
    check_far(b, a);
  }

  TEST_CASE("a request that no cluster serves has no responders") {
    const Region east("EAST");
    const Region west("WEST");
    ServerProcess b(first_of(west, "B", {}));
    ServerProcess a(first_of(east, "A", {&west}));
    wait_for_gateways(a, {"WEST"});
    Wire client =
        Wire::client(a.port(), R"({"verbose":false,"headers":true,"no_responders":true})");
    client.send("SUB inbox 1");
    client.send_raw("PUB nobody.serves.this inbox 2\r\nhi\r\n");
    client.line_with("HMSG inbox 1");
    CHECK(client.line_with("503") == "NATS/1.0 503");
  }

  TEST_CASE("interest that ends is not sent to any more") {
    const Region east("EAST");
    const Region west("WEST");
    ServerProcess b(first_of(west, "B", {}));
    ServerProcess a(first_of(east, "A", {&west}));
    wait_for_gateways(a, {"WEST"});
    wait_for_gateways(b, {"EAST"});
    {
      Wire subscriber = Wire::client(b.port());
      subscriber.send("SUB short.lived 1");
      subscriber.sync();
      support::wait_for_interest(a, "WEST", "short.lived");
    }
    support::wait_for_interest(a, "WEST", "short.lived", false);
  }

  TEST_CASE("many subjects that nobody wants do not leave the cluster") {
    constexpr int kSubjects = 1500;
    const Region east("EAST");
    const Region west("WEST");
    ServerProcess b(first_of(west, "B", {}));
    ServerProcess a(first_of(east, "A", {&west}));
    wait_for_gateways(a, {"WEST"});
    wait_for_gateways(b, {"EAST"});
    Wire subscriber = Wire::client(b.port());
    subscriber.send("SUB wanted 1");
    subscriber.sync();
    support::wait_for_interest(a, "WEST", "wanted");
    Wire publisher = Wire::client(a.port());
    for (int i = 0; i < kSubjects; ++i)
      publisher.send_raw("PUB unwanted." + std::to_string(i) + " 1\r\nx\r\n");
    publisher.send_raw("PUB wanted 2\r\nhi\r\n");
    subscriber.line_with("MSG wanted 1 2");
    const auto page = support::gatewayz(b, "?accs=1");
    for (const auto& inbound : page["inbound_gateways"]["EAST"].items()) {
      CHECK(inbound["connection"]["in_msgs"].integer() < kSubjects);
      for (const auto& account : inbound["accounts"].items())
        CHECK(account["interest_mode"].text() == "Interest-Only");
    }
  }
}

TEST_SUITE("broker: gateways with real servers") {
  TEST_CASE("we dial 2.9") {
    check_pair(Release::broker(), Release::real("2.9"));
  }
  TEST_CASE("we dial 2.10") {
    check_pair(Release::broker(), Release::real("2.10"));
  }
  TEST_CASE("we dial the newest") {
    check_pair(Release::broker(), Release::real("newest"));
  }
  TEST_CASE("2.9 dials us") {
    check_pair(Release::real("2.9"), Release::broker());
  }
  TEST_CASE("2.10 dials us") {
    check_pair(Release::real("2.10"), Release::broker());
  }
  TEST_CASE("the newest dials us") {
    check_pair(Release::real("newest"), Release::broker());
  }

  TEST_CASE("requests to all servers and services of other accounts, with a real server") {
    for (const char* line : {"2.9", "2.10", "newest"}) {
      CAPTURE(line);
      const Pair pair(Release::broker(), Release::real(line));
      check_system_requests(pair.a);
      check_system_requests(pair.b);
      check_service(pair.a, pair.b);
      check_service(pair.b, pair.a);
    }
  }

  TEST_CASE("clusters of us and real servers, both mixed") {
    check_two_and_two({Release::broker(), Release::real("newest")},
                      {Release::real("2.10"), Release::broker()},
                      support::Between::a_real_server);
  }

  TEST_CASE("three clusters of us and real servers, one unknown to another") {
    const Region east("EAST");
    const Region west("WEST");
    const Region north("NORTH");
    ServerProcess n(first_of(north, "N", {}, Release::real("2.10")));
    ServerProcess a(first_of(east, "A", {&north}));
    ServerProcess b(first_of(west, "B", {&north}, Release::real("newest")));
    wait_for_gateways(a, {"NORTH", "WEST"});
    wait_for_gateways(b, {"NORTH", "EAST"});
    check_far(a, b);
    check_far(b, a);
  }
}
