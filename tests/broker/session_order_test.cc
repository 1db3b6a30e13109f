#include "tests/broker/session_host.h"

#include <map>
#include <thread>

#include <doctest/doctest.h>

using support::Wire;

namespace {

// Reads "MSG from.<publisher> <sid> <size>" and its payload, a number, until `count` have come.
// Says the first thing that is out of order; empty when nothing is.
std::string read_in_order(Wire& wire, int count) {
  std::map<std::string, int> next;
  for (int i = 0; i < count; ++i) {
    const std::string head = wire.line();
    const std::string number = wire.line();
    const std::string publisher = head.substr(4, head.find(' ', 4) - 4);
    if (number != std::to_string(next[publisher]++)) return head + " brought " + number;
  }
  return {};
}

}  // namespace

TEST_SUITE("broker: sessions across workers") {
  TEST_CASE(
      "each publisher's messages arrive in order and none is lost, wherever the subscribers live") {
    constexpr int kPublishers = 4;
    constexpr int kSubscribers = 4;
    constexpr int kMessages = 2000;
    for (const unsigned workers : {1U, 2U, 3U, 5U}) {
      CAPTURE(workers);
      SessionHost host({}, workers);
      std::vector<Wire> subscribers;
      for (int i = 0; i < kSubscribers; ++i) {
        subscribers.push_back(host.connect());
        subscribers.back().send("SUB from.* 1");
        subscribers.back().sync();
      }
      std::vector<Wire> publishers;
      for (int i = 0; i < kPublishers; ++i)
        publishers.push_back(host.connect());

      std::vector<std::thread> threads;
      for (int i = 0; i < kPublishers; ++i) {
        threads.emplace_back([&, i] {
          for (int number = 0; number < kMessages; ++number) {
            const std::string payload = std::to_string(number);
            publishers[static_cast<std::size_t>(i)].send_raw("PUB from." + std::to_string(i) + " " +
                                                             std::to_string(payload.size()) +
                                                             "\r\n" + payload + "\r\n");
          }
        });
      }
      std::vector<std::string> mistakes(kSubscribers);
      for (int i = 0; i < kSubscribers; ++i) {
        threads.emplace_back([&, i] {
          const auto at = static_cast<std::size_t>(i);
          try {
            mistakes[at] = read_in_order(subscribers[at], kPublishers * kMessages);
          } catch (const std::exception& error) {
            mistakes[at] = error.what();
          }
        });
      }
      for (auto& thread : threads)
        thread.join();
      for (const auto& mistake : mistakes)
        CHECK(mistake == "");
    }
  }

  TEST_CASE("subscribing, unsubscribing and leaving under traffic disturbs nobody") {
    SessionHost host({}, 3);
    std::atomic<bool> done{false};
    std::thread publisher([&] {
      Wire wire = host.connect();
      while (!done) {
        wire.send_raw("PUB a.b 1\r\nx\r\nPUB a.c 1\r\ny\r\n");
        wire.sync();
      }
    });
    std::vector<std::thread> comers;
    for (int i = 0; i < 3; ++i) {
      comers.emplace_back([&, i] {
        for (int round = 0; round < 30; ++round) {
          Wire wire = host.connect();
          wire.send_raw(i == 0 ? "SUB a.* crew 1\r\nUNSUB 1 5\r\n"
                               : "SUB a.> 1\r\nSUB a.b 2\r\nUNSUB 2 3\r\n");
          wire.line_with("MSG a.");
          wire.send("UNSUB 1");
          wire.sync();
        }
      });
    }
    for (auto& comer : comers)
      comer.join();
    done = true;
    publisher.join();
    support::eventually("no subscriptions",
                        [&] { return host.accounts().global().subscriptions().size() == 0; });
    CHECK(host.exchange().interest().all().empty());
    support::eventually("no clients", [&] { return host.clients().connected() == 0; });
  }
}
