// Everything at once for a while: slow consumers, reconnect storms, churn, and one pair of clients
// that must not notice.
#include "tests/support/eventually.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <atomic>
#include <cstdlib>
#include <thread>

#include <doctest/doctest.h>

using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

// Longer with SOAK_SECONDS=600 in the environment.
std::chrono::seconds soak_time() {
  const char* wanted = std::getenv("SOAK_SECONDS");  // NOLINT(concurrency-mt-unsafe)
  return std::chrono::seconds(wanted != nullptr ? std::atoi(wanted) : 3);
}

class Disturbance {
 public:
  // Runs `once` until the end; whatever becomes of its connections is its own business.
  template <class Once>
  explicit Disturbance(Once once) {
    thread_ = std::jthread([this, once](const std::stop_token& stop) {
      while (!stop.stop_requested()) {
        try {
          once();
          ++rounds_;
        } catch (const support::WireError&) {
          ++refused_;
        }
      }
    });
  }

  int rounds() const { return rounds_; }

 private:
  std::atomic<int> rounds_{0};
  std::atomic<int> refused_{0};
  std::jthread thread_;
};

std::string pub(const std::string& subject, const std::string& payload) {
  return "PUB " + subject + " " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n";
}

// Never reads, and is published to by itself until the server sends it away.
void be_a_slow_consumer(int port) {
  Wire wire = Wire::client(port);
  wire.send("SUB slow 1");
  const std::string much = pub("slow", std::string(60'000, 'x'));
  for (int i = 0; i < 100; ++i)
    wire.send_raw(much);
}

void storm(int port) {
  std::vector<Wire> wires;
  for (int i = 0; i < 40; ++i) {
    wires.push_back(Wire::client(port));
    wires.back().send("SUB noise.> 1");
  }
  wires.front().send_raw(pub("noise.a", "x"));
  wires.back().line_with("MSG noise.a");
}

void churn(int port) {
  Wire wire = Wire::client(port);
  for (int i = 0; i < 500; ++i) {
    const std::string sid = std::to_string(i);
    wire.send_raw("SUB churn." + sid + " " + sid + "\r\n" + pub("churn." + sid, "y") + "UNSUB " +
                  sid + "\r\n");
  }
  wire.sync();
}

base::Json varz(const ServerProcess& server) {
  return support::http_get(server.monitor_port(), "/varz").json();
}

// Numbered messages, a window at a time, each looked at. Returns how many came.
int talk_in_order(Wire& publisher, Wire& subscriber, std::chrono::steady_clock::time_point end) {
  constexpr int kWindow = 200;
  int number = 0;
  while (std::chrono::steady_clock::now() < end) {
    std::string batch;
    for (int i = 0; i < kWindow; ++i)
      batch += pub("steady", std::to_string(number + i));
    publisher.send_raw(batch);
    for (int i = 0; i < kWindow; ++i) {
      subscriber.line_with("MSG steady 1 ");
      const std::string payload = subscriber.line();
      if (payload != std::to_string(number)) throw std::runtime_error("got " + payload);
      ++number;
    }
  }
  return number;
}

}  // namespace

TEST_SUITE("broker: soak") {
  TEST_CASE("slow consumers, reconnect storms and churn do not disturb two who talk") {
    ServerSettings settings;
    settings.conf = "max_pending: 1MB\nmax_payload: 64KB\nwrite_deadline: '1s'\n";
    settings.monitored = true;
    ServerProcess server(std::move(settings));
    Wire publisher = Wire::client(server.port());
    Wire subscriber = Wire::client(server.port());
    subscriber.send("SUB steady 1");
    subscriber.sync();
    const auto before = varz(server);
    {
      const int port = server.port();
      const Disturbance slow([port] { be_a_slow_consumer(port); });
      const Disturbance storms([port] { storm(port); });
      const Disturbance churning([port] { churn(port); });
      const auto end = std::chrono::steady_clock::now() + soak_time();
      CHECK(talk_in_order(publisher, subscriber, end) > 0);
      support::eventually("each disturbance has come to an end once", [&] {
        return slow.rounds() > 0 && storms.rounds() > 0 && churning.rounds() > 0;
      });
    }
    // And when it is over, nothing is left but these two.
    support::eventually("as many connections and subscriptions as before", [&] {
      const auto now = varz(server);
      return now["connections"].integer() == 2 &&
             now["subscriptions"].integer() == before["subscriptions"].integer();
    });
    CHECK(varz(server)["slow_consumers"].integer() > 0);
    CHECK(server.stop() == 0);
  }
}
