#include "broker/exchange/exchange.h"

#include "tests/broker/exchange_bench.h"

#include <doctest/doctest.h>

using namespace broker;
using exchange_bench::Bench;
using exchange_bench::Listening;

namespace {

struct Heard : InterestListener {
  void on_interest(const Interest& interest) override { said.push_back(interest); }

  std::vector<Interest> said;
};

}  // namespace

TEST_SUITE("broker: exchange") {
  TEST_CASE("every plain subscription gets the message") {
    Bench bench;
    bench.subscribe(bench.alice, "a.*");
    bench.subscribe(bench.alice, "a.b");
    bench.subscribe(bench.bob, ">");
    CHECK(bench.publish("a.b", {}, "inbox") == 3);
    CHECK(bench.alice.take() == "MSG a.b 1 inbox 2\r\nhi\r\nMSG a.b 1 inbox 2\r\nhi\r\n");
    CHECK(bench.bob.take() == "MSG a.b 1 inbox 2\r\nhi\r\n");
    CHECK(bench.publish("b") == 1);
  }

  TEST_CASE(
      "a route gets one message however much of its interest matches, with the groups chosen for "
      "it") {
    Bench bench;
    bench.subscribe(bench.route, "a");
    bench.subscribe(bench.route, ">");
    bench.subscribe(bench.route, "a", "crew", 2);
    bench.subscribe(bench.route, "a", "watch", 1);
    CHECK(bench.publish("a") == 1);
    CHECK(bench.route.take() == "RMSG $G a | crew watch 2\r\nhi\r\n");
    CHECK(bench.publish("b") == 1);
    CHECK(bench.route.take() == "RMSG $G b 2\r\nhi\r\n");
  }

  TEST_CASE("a route is chosen as often as it has members") {
    Bench bench;
    bench.subscribe(bench.alice, "a", "crew");
    bench.subscribe(bench.route, "a", "crew", 3);
    int local = 0;
    for (int i = 0; i < 4000; ++i) {
      REQUIRE(bench.publish("a") == 1);
      local += bench.alice.take().empty() ? 0 : 1;
    }
    CHECK(local > 850);  // 1000 on average, 27 the standard deviation
    CHECK(local < 1150);
  }

  TEST_CASE("a member that cannot take it gives way to the next") {
    Bench bench;
    bench.subscribe(bench.alice, "a", "crew");
    bench.subscribe(bench.bob, "a", "crew");
    bench.alice.destination()->open = false;
    for (int i = 0; i < 20; ++i)
      CHECK(bench.publish("a") == 1);
    CHECK(bench.alice.take().empty());
    const Publisher quiet{bench.bob.destination().get(), false};
    CHECK(bench.publish("a", quiet) == 0);
  }

  TEST_CASE("what comes by a route goes to our clients only, to groups only when named") {
    Bench bench;
    bench.subscribe(bench.alice, "a");
    bench.subscribe(bench.bob, "a", "crew");
    bench.subscribe(bench.route, "a");
    CHECK(bench.arrive(bench.route) == 1);
    CHECK(bench.bob.take().empty());
    CHECK(bench.arrive(bench.route, "watch crew") == 2);
    CHECK(bench.bob.take() == "MSG a 1 2\r\nhi\r\n");
    CHECK(bench.route.take().empty());
  }

  TEST_CASE("a subscription with a maximum gets that many and is gone") {
    Bench bench;
    bench.subscribe(bench.alice, "a")->max = 2;
    CHECK(bench.publish("a") == 1);
    CHECK(bench.publish("a") == 1);
    CHECK(bench.publish("a") == 0);
    CHECK(bench.account.subscriptions().size() == 0);
  }

  TEST_CASE("headers are stripped for a route that takes none") {
    Bench bench;
    bench.subscribe(bench.route, "a");
    bench.route.destination()->headers = false;
    bench.exchange.publish(bench.worker, bench.account, {"a", "", "NATS/1.0\r\n\r\nhi", 12}, {});
    CHECK(bench.route.take() == "RMSG $G a 2\r\nhi\r\n");
  }

  TEST_CASE("nothing more is staged for who lives elsewhere and is full") {
    Bench bench;
    Listening far(bench.workers.at(1), Destination::Kind::client, 4);
    bench.subscribe(far, "a");
    unsigned taken = 0;
    for (int i = 0; i < 1000; ++i)
      taken += bench.publish("a");
    CHECK(taken > 10);
    CHECK(taken * 15 < 2048);
    CHECK(bench.worker.outbox().take_congestion());
    CHECK_FALSE(bench.worker.outbox().take_congestion());
  }
}

TEST_SUITE("broker: exchange, interest") {
  TEST_CASE("plain interest is told when it begins and ends, a group whenever its number changes") {
    Bench bench;
    Heard heard;
    bench.exchange.interest().listen(heard);
    const auto first = bench.subscribe(bench.alice, "a");
    const auto second = bench.subscribe(bench.bob, "a");
    const auto queue = bench.subscribe(bench.bob, "a", "crew");
    bench.subscribe(bench.alice, "a", "crew");
    bench.exchange.unsubscribe(bench.account, *first);
    bench.exchange.unsubscribe(bench.account, *first);
    bench.exchange.unsubscribe(bench.account, *second);
    bench.exchange.unsubscribe(bench.account, *queue);
    const Account* account = &bench.account;
    CHECK(heard.said == std::vector<Interest>{{account, "a", "", 1},
                                              {account, "a", "crew", 1},
                                              {account, "a", "crew", 2},
                                              {account, "a", "", 0},
                                              {account, "a", "crew", 1}});
  }

  TEST_CASE("who comes later hears what there is") {
    Bench bench;
    bench.subscribe(bench.alice, "a");
    bench.subscribe(bench.alice, "b", "crew");
    bench.subscribe(bench.route, "c");
    Heard heard;
    bench.exchange.interest().listen(heard);
    CHECK(heard.said.size() == 2);
    CHECK(heard.said == bench.exchange.interest().all());
    bench.exchange.interest().forget(heard);
    bench.subscribe(bench.alice, "d");
    CHECK(heard.said.size() == 2);
  }
}
