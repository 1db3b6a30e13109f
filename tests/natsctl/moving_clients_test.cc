#include "actions/pacing.h"
#include "actions/returning.h"
#include "playbook/forecast.h"

#include <doctest/doctest.h>

using namespace actions;

namespace {

contract::ConnInfo client(const std::string& name, const std::string& ip = "10.0.0.7") {
  contract::ConnInfo info;
  info.name = name;
  info.ip = ip;
  info.lang = "go";
  info.version = "1.31.0";
  info.kind = "Client";
  return info;
}

watch::Snapshot servers(int a, int b, double cpu_of_b = 0, int slow_on_b = 0) {
  watch::Snapshot snapshot;
  for (const auto& [name, connections] : {std::pair("A", a), std::pair("B", b)}) {
    auto& sample = snapshot.nodes[name];
    sample.varz.emplace();
    sample.varz->connections = connections;
    sample.varz->cores = 4;
  }
  snapshot.nodes["B"].varz->cpu = cpu_of_b;
  snapshot.nodes["B"].varz->slow_consumers = slow_on_b;
  return snapshot;
}

}  // namespace

TEST_SUITE("actions: pacing") {
  TEST_CASE("batches grow while the others take clients on, and shrink when they do not") {
    CHECK(first_batch(100) == 10);
    CHECK(first_batch(3) == 1);
    const auto before = servers(20, 20);
    CHECK(next_batch(10, strain_of("A", 10, before, servers(10, 30))) == 20);
    CHECK(next_batch(10, strain_of("A", 10, before, servers(10, 24))) == 5);  // six are nowhere
    CHECK(next_batch(10, strain_of("A", 10, before, servers(10, 30, 390))) == 5);  // of 400 %
    CHECK(next_batch(10, strain_of("A", 10, before, servers(10, 30, 0, 1))) == 5);
    CHECK(next_batch(1, strain_of("A", 1, before, servers(10, 20))) == 1);
  }

  TEST_CASE("while all goes well there are as many rounds as a forecast counts") {
    for (const int clients : {1, 7, 60, 1000}) {
      CAPTURE(clients);
      int rounds = 0;
      for (int left = clients, batch = first_batch(clients); left > 0; ++rounds) {
        const auto sent = std::min(batch, left);
        left -= sent;
        batch = next_batch(sent, {.sent = sent, .taken_on = sent});
      }
      const auto takes = [](double count) {
        const plan::Policy::Drain drain{.duration = std::chrono::minutes(2), .grace = {}};
        return playbook::drain_time_in_rounds(drain, count);
      };
      CHECK(takes(clients) == rounds * takes(1));
    }
  }

  TEST_CASE("a server that stopped to answer has taken nobody on") {
    auto now = servers(10, 30);
    now.nodes["B"].varz.reset();
    CHECK(strain_of("A", 10, servers(20, 20), now).is_much());
  }
}

TEST_SUITE("actions: returning") {
  TEST_CASE("who is seen less often than before did not come back, by name and machine") {
    const auto gone = crowd_of({client("orders"), client("orders"), client("", "10.0.0.8")});
    auto before = gone;
    before[{"invoices", "10.0.0.7", "go"}] = 3;
    const auto now = crowd_of({client("orders"), client("orders", "10.0.0.9")});
    CHECK(names_of(missing(gone, before, now)) ==
          "a nameless go client (10.0.0.8), orders (10.0.0.7)");
    CHECK(names_of(missing(gone, before, {})) ==
          "a nameless go client (10.0.0.8), 2 × orders (10.0.0.7)");
    CHECK(missing(gone, before, before).empty());
  }

  TEST_CASE("natsctl's own connections that move by themselves are nobody's clients") {
    CHECK(crowd_of({client("natsctl system"), client("natsctl probe, careful")}).empty());
    CHECK(crowd_of({client("natsctl probe, plain")}).size() == 1);
  }
}
