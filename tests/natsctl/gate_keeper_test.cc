#include "gates/gate_keeper.h"

#include "tests/support/fake_clock.h"
#include "tests/support/fake_cluster.h"

#include <doctest/doctest.h>

using namespace std::chrono_literals;

namespace {

using End = gates::Waited::End;

// A gate at which A's health is waited for. What A is at each moment is a function of the time.
struct Gate {
  support::FakeCluster cluster{{"A", "B"}};
  support::FakeClock clock{support::FakeClock::Waits::jump};
  base::Time begun = clock.now();
  plan::Plan plan = cluster.plan();
  playbook::Step step;
  watch::Baseline before;
  std::stop_source stop;
  std::vector<std::string> told;
  std::function<std::string()> hopeless;
  std::function<bool(base::nanoseconds)> healthy = [](auto) { return true; };

  explicit Gate(base::nanoseconds hold, base::nanoseconds within) {
    step.id = "A/start-node";
    step.node = "A";
    step.gate = playbook::Gate{"node-healthy", {"healthz-ok"}, hold, within};
  }

  gates::Waited wait() {
    gates::GateKeeper keeper(clock, [this] {
      const bool good = healthy(clock.now() - begun);
      cluster.change("A", [&](auto& a) { a.healthy = good; });
      return cluster.snapshot(clock.now());
    });
    return keeper.wait({plan, step, before, false, hopeless},
                       stop.get_token(),
                       [this](const auto& readings, auto) {
                         told.push_back(gates::all_green(readings) ? "green" : "red");
                       });
  }
};

}  // namespace

TEST_SUITE("gates: keeper") {
  TEST_CASE("a gate opens when its conditions have held without a break") {
    Gate gate(10s, 1min);
    gate.healthy = [](auto passed) { return passed >= 5s; };
    const auto waited = gate.wait();
    CHECK(waited.end == End::opened);
    CHECK(waited.took == 15s);
    CHECK(gate.told == std::vector<std::string>{"red", "green"});
  }

  TEST_CASE("one bad look begins the hold anew") {
    Gate gate(10s, 1min);
    gate.healthy = [](auto passed) { return passed != 9s; };
    const auto waited = gate.wait();
    CHECK(waited.end == End::opened);
    CHECK(waited.took == 19250ms);
    CHECK(gate.told == std::vector<std::string>{"green", "red", "green"});
  }

  TEST_CASE("a gate that stays shut says which condition of which node held it") {
    Gate gate(1s, 30s);
    gate.healthy = [](auto) { return false; };
    const auto waited = gate.wait();
    CHECK(waited.end == End::shut);
    CHECK(waited.took == 30s);
    const auto sentence = waited.sentence(*gate.step.gate);
    CHECK(
        sentence.find("node-healthy did not open within 30s: healthz-ok: A: healthz unavailable") !=
        std::string::npos);
  }

  TEST_CASE("a gate that is green near the end of its time may still hold") {
    Gate gate(10s, 30s);
    gate.healthy = [](auto passed) { return passed >= 29s; };
    CHECK(gate.wait().end == End::opened);
  }

  TEST_CASE("a gate that flaps past its time is shut") {
    Gate gate(10s, 30s);
    gate.healthy = [](auto passed) { return (passed / 1s) % 5 != 0; };
    CHECK(gate.wait().end == End::shut);
  }

  TEST_CASE("a stop ends the waiting at once") {
    Gate gate(10s, 30s);
    gate.stop.request_stop();
    CHECK(gate.wait().end == End::stopped);
  }

  TEST_CASE("the waiting ends as soon as it is hopeless, and says why") {
    Gate gate(10s, 30s);
    gate.healthy = [](auto) { return false; };
    gate.hopeless = [&] { return gate.clock.now() - gate.begun < 3s ? "" : "A has ended"; };
    const auto waited = gate.wait();
    CHECK(waited.end == End::hopeless);
    CHECK(waited.took == 3s);
    CHECK(waited.sentence(*gate.step.gate) == "gate node-healthy cannot open: A has ended");
  }

  TEST_CASE("a gate without hold opens at the first green look") {
    Gate gate(0s, 30s);
    CHECK(gate.wait().took == 0s);
  }
}
