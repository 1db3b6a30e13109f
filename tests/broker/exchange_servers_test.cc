// What goes from whom to which servers: routes, leaf nodes and other clusters.
#include "broker/exchange/exchange.h"
#include "tests/broker/exchange_bench.h"

#include <doctest/doctest.h>

using namespace broker;
using exchange_bench::Bench;
using exchange_bench::Listening;

namespace {

// Other clusters that want everything, and remember what they were told.
struct Gateways : GatewayDoor {
  unsigned send(const Leaving& leaving) override {
    told.clear();
    for (const auto& name : leaving.served)
      told += std::string(name) + " ";
    if (leaving.only_named) told += "of " + std::string(leaving.named);
    ++sent;
    return 1;
  }

  std::string told;
  int sent = 0;
};

}  // namespace

TEST_SUITE("broker: exchange, servers") {
  TEST_CASE("a client's message goes to every leaf node once, with its queue groups") {
    Bench bench;
    const auto below = bench.leaf(10, "edge");
    const auto hub = bench.leaf(11, "core", true);
    bench.subscribe(*below, "a");
    bench.subscribe(*below, ">");
    bench.subscribe(*below, "a", "crew", 3);
    bench.subscribe(*hub, "a");
    CHECK(bench.publish("a", {}, "inbox") == 2);
    CHECK(below->take() == "LMSG a + inbox crew 2\r\nhi\r\n");
    CHECK(hub->take() == "LMSG a inbox 2\r\nhi\r\n");
  }

  TEST_CASE("what a leaf node says goes to clients, routes and leaf nodes of other clusters") {
    Bench bench;
    const auto edge = bench.leaf(10, "edge");
    const auto twin = bench.leaf(11, "edge");
    const auto other = bench.leaf(12, "far");
    for (Listening* each : {&bench.alice, &bench.route, edge.get(), twin.get(), other.get()})
      bench.subscribe(*each, "a");
    CHECK(bench.arrive(*edge) == 3);
    CHECK(bench.alice.take() == "MSG a 1 2\r\nhi\r\n");
    CHECK(bench.route.take() == "RMSG $G a 2\r\nhi\r\n");
    CHECK(other->take() == "LMSG a 2\r\nhi\r\n");
    CHECK(edge->take().empty());
    CHECK(twin->take().empty());
  }

  TEST_CASE("a route that understands it is told where a message began") {
    Bench bench;
    const auto edge = bench.leaf(10, "edge");
    bench.subscribe(bench.route, "a");
    bench.route.destination()->origins = true;
    CHECK(bench.arrive(*edge) == 1);
    CHECK(bench.route.take() == "LMSG edge $G a 0 2\r\nhi\r\n");
    CHECK(bench.publish("a") == 1);
    CHECK(bench.route.take() == "RMSG $G a 2\r\nhi\r\n");
  }

  TEST_CASE("what our hub says goes to no route") {
    Bench bench;
    const auto hub = bench.leaf(10, "core", true);
    const auto below = bench.leaf(11, "edge");
    for (Listening* each : {&bench.alice, &bench.route, below.get()})
      bench.subscribe(*each, "a");
    CHECK(bench.arrive(*hub) == 2);
    CHECK(bench.route.take().empty());
  }

  TEST_CASE("what a route brings goes to leaf nodes below us, but not where it began") {
    Bench bench;
    const auto hub = bench.leaf(10, "core", true);
    const auto edge = bench.leaf(11, "edge");
    const auto other = bench.leaf(12, "far");
    for (Listening* each : {hub.get(), edge.get(), other.get()})
      bench.subscribe(*each, "a");
    CHECK(bench.arrive(bench.route, {}, "edge") == 1);
    CHECK(other->take() == "LMSG a 2\r\nhi\r\n");
    CHECK(bench.arrive(bench.route) == 2);
    CHECK(hub->take().empty());
  }

  TEST_CASE("a queue group behind leaf nodes is drawn from when nobody is nearer") {
    Bench bench;
    const auto edge = bench.leaf(10, "edge");
    const auto other = bench.leaf(11, "far");
    bench.subscribe(*edge, "a", "crew", 1);
    bench.subscribe(*other, "a", "crew", 3);
    int first = 0;
    for (int i = 0; i < 4000; ++i) {
      REQUIRE(bench.publish("a") == 1);
      first += edge->take().empty() ? 0 : 1;
    }
    CHECK(first > 850);  // 1000 on average, 27 the standard deviation
    CHECK(first < 1150);
    CHECK(bench.arrive(*edge, "crew") == 1);
    CHECK(edge->take().empty());
    bench.subscribe(bench.alice, "a", "crew");
    other->take();
    for (int i = 0; i < 20; ++i)
      CHECK(bench.publish("a") == 1);
    CHECK(edge->take().empty());
    CHECK(other->take().empty());
  }

  TEST_CASE("members that another server has for its leaf nodes are as far as ours") {
    Bench bench;
    const auto behind = bench.subscribe(bench.route, "a", "crew", 5);
    Listening nearer(bench.worker, Destination::Kind::route, 20);
    auto leafy = std::make_shared<Subscription>();
    leafy->kind = Subscription::Kind::routed;
    leafy->subject = "a";
    leafy->queue = "crew";
    leafy->origin = "edge";
    leafy->weight = 100;
    leafy->to = nearer.destination();
    bench.exchange.subscribe(bench.account, leafy);
    for (int i = 0; i < 20; ++i)
      CHECK(bench.publish("a") == 1);
    CHECK(nearer.take().empty());
    bench.exchange.unsubscribe(bench.account, *behind);
    CHECK(bench.publish("a") == 1);
    CHECK(nearer.take() == "RMSG $G a | crew 2\r\nhi\r\n");
  }

  TEST_CASE("other clusters hear which groups were served, and of leaf nodes which may be") {
    Bench bench;
    Gateways gateways;
    bench.exchange.set_gateways(gateways);
    CHECK(bench.publish("a") == 1);
    CHECK(gateways.told.empty());
    bench.subscribe(bench.alice, "a", "crew");
    bench.subscribe(bench.route, "a", "watch");
    CHECK(bench.publish("a") == 3);
    CHECK(gateways.told == "crew watch ");
    const auto edge = bench.leaf(10, "edge");
    CHECK(bench.arrive(*edge, "crew") == 2);
    CHECK(gateways.told == "crew of crew");
    gateways.sent = 0;
    CHECK(bench.arrive(bench.route) == 0);
    CHECK(gateways.sent == 0);
  }

  TEST_CASE("what another cluster brings goes to clients, routes and leaf nodes alike") {
    Bench bench;
    Listening gateway(bench.worker, Destination::Kind::gateway, 30);
    const auto edge = bench.leaf(10, "edge");
    for (Listening* each : {&bench.alice, &bench.route, edge.get()}) {
      bench.subscribe(*each, "a");
      bench.subscribe(*each, "a", "crew");
    }
    CHECK(bench.arrive(gateway) == 3);
    int served = 0;
    for (int i = 0; i < 3000; ++i) {
      bench.alice.take();
      edge->take();
      bench.route.take();
      bench.arrive(gateway, "crew");
      served += edge->take().find("crew") != std::string::npos ? 1 : 0;
    }
    CHECK(served > 850);
    CHECK(served < 1150);
  }
}

TEST_SUITE("broker: interest of leaf nodes") {
  struct Told : InterestListener {
    void on_interest(const Interest& interest) override { said.push_back(interest); }

    std::vector<Interest> said;
  };

  struct Changes : ChangeListener {
    void on_change(const InterestChange& change) override {
      said += std::string(change.subject) + (change.change > 0 ? "+" : "") +
              std::to_string(change.change) + " ";
    }

    std::string said;
  };

  TEST_CASE("routes hear of it, for each cluster of leaf nodes or of all as one") {
    Bench bench;
    const auto edge = bench.leaf(10, "edge");
    const auto hub = bench.leaf(11, "core", true);
    Told apart;
    Told together;
    auto& book = bench.exchange.interest();
    book.listen(apart, InterestBook::Origins::apart);
    book.listen(together, InterestBook::Origins::together);
    const auto ours = bench.subscribe(bench.alice, "a");
    const auto theirs = bench.subscribe(*edge, "a");
    bench.subscribe(*hub, "a");
    bench.exchange.unsubscribe(bench.account, *ours);
    const Account* account = &bench.account;
    CHECK(apart.said == std::vector<Interest>{{account, "a", "", 1},
                                              {account, "a", "", 1, "edge"},
                                              {account, "a", "", 0}});
    CHECK(together.said == std::vector<Interest>{{account, "a", "", 1}});
    CHECK(book.all() == std::vector<Interest>{{account, "a", "", 1, "edge"}});
    bench.exchange.unsubscribe(bench.account, *theirs);
    CHECK(apart.said.back() == Interest{account, "a", "", 0, "edge"});
    CHECK(together.said.back() == Interest{account, "a", "", 0});
    CHECK(book.all().empty());
  }

  TEST_CASE("who keeps count hears every change of its account, and at first of all there is") {
    Bench bench;
    bench.subscribe(bench.alice, "a");
    bench.subscribe(bench.bob, "a");
    const auto group = bench.subscribe(bench.route, "b", "crew", 2);
    Changes all;
    Changes other;
    bench.exchange.interest().listen(all, nullptr);
    bench.exchange.interest().listen(other, &bench.accounts.add("other"));
    CHECK(all.said == "a+2 b+2 ");
    bench.exchange.weigh(bench.account, *group, 1);
    bench.exchange.unsubscribe(bench.account, *group);
    CHECK(all.said == "a+2 b+2 b-1 b-1 ");
    CHECK(other.said.empty());
    bench.exchange.interest().forget(all);
    bench.subscribe(bench.alice, "c");
    CHECK(all.said == "a+2 b+2 b-1 b-1 ");
  }
}
