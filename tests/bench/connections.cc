#include "tests/bench/frames.h"
#include "tests/bench/scenario.h"
#include "tests/bench/stand.h"
#include "tests/support/ports.h"

#include <optional>
#include <thread>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kAtOnce = 64;  // connections that are greeting at one time

// Thousands of clients that say hello and then nothing.
class IdleConnections final : public Trial {
 public:
  IdleConnections(support::Release release, const Effort& effort)
      : release_(std::move(release)), count_(effort.connections) {}

  // A fresh server each time: memory that a former round left behind would hide what these take.
  Numbers round() override {
    Stand stand(release_);
    const double before = resident_kib(stand.pids()[0]);
    std::vector<Peer> peers;
    peers.reserve(count_);
    const Stretch stretch(stand.pids());
    while (peers.size() < count_) {
      const std::size_t begin = peers.size();
      for (std::size_t i = 0; i < kAtOnce && peers.size() < count_; ++i)
        peers.emplace_back(stand.port()).say(kHello);
      for (std::size_t i = begin; i < peers.size(); ++i)
        peers[i].await("PONG\r\n");
    }
    Numbers numbers = stretch.take(static_cast<double>(count_));
    numbers[Quantity::memory] =
        (resident_kib(stand.pids()[0]) - before) / static_cast<double>(count_);
    return numbers;
  }

 private:
  support::Release release_;
  std::size_t count_;
};

// SUB and UNSUB of ever new subjects, beside some that stay.
class Churn final : public Trial {
 public:
  Churn(const support::Release& release, const Effort& effort) : stand_(release), effort_(effort) {
    for (std::size_t i = 0; i < kStaying; ++i)
      peer_.say("SUB stays." + std::to_string(i) + " " + std::to_string(i) + "\r\n");
    peer_.sync();
  }

  Numbers round() override {
    const auto end = Clock::now() + effort_.round;
    std::size_t changes = 0;
    const Stretch stretch(stand_.pids());
    while (Clock::now() < end) {
      std::string lines;
      for (std::size_t i = 0; i < kBatch; ++i) {
        const std::string sid = std::to_string(kStaying + next_);
        lines += "SUB churn." + std::to_string(next_++) + " " + sid + "\r\n";
        lines += "UNSUB " + sid + "\r\n";
        changes += 2;
      }
      peer_.say(lines);
    }
    peer_.sync();
    return stretch.take(static_cast<double>(changes));
  }

 private:
  static constexpr std::size_t kStaying = 10'000;
  static constexpr std::size_t kBatch = 500;

  Stand stand_;
  Effort effort_;
  Peer& peer_ = stand_.near();
  std::size_t next_ = 0;
};

// From the start of the process to its first INFO, and what it then holds.
class StartUp final : public Trial {
 public:
  explicit StartUp(support::Release release) : release_(std::move(release)) {}

  Numbers round() override {
    support::ServerSettings settings;
    settings.release = release_;
    settings.port = support::free_port();
    settings.may_fail = true;  // we look ourselves, and more often
    const auto begin = Clock::now();
    const support::ServerProcess server(settings);
    wait_for_info(settings.port, begin + std::chrono::seconds(20));
    const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
    std::this_thread::sleep_for(std::chrono::milliseconds(200));  // at rest
    return {{Quantity::startup, took.count()},
            {Quantity::memory, resident_kib(server.pid())},
            {Quantity::private_memory, private_kib(server.pid())}};
  }

 private:
  static void wait_for_info(int port, Clock::time_point deadline) {
    while (true) {
      try {
        Peer(port).await("INFO ");
        return;
      } catch (const std::runtime_error&) {
        if (Clock::now() > deadline) throw;
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    }
  }

  support::Release release_;
};

}  // namespace

void add_connections(std::vector<Scenario>& list) {
  list.push_back({"churn",
                  "SUB and UNSUB beside 10,000 subscriptions",
                  flow_goals(),
                  [](const auto& release, const auto& effort) {
                    return std::make_unique<Churn>(release, effort);
                  }});
  list.push_back({"connections",
                  "10,000 idle connections: connects, memory of each",
                  {{Quantity::memory, Goal::Kind::ratio_at_most, 0.1},
                   {Quantity::throughput, Goal::Kind::ratio_at_least, 1}},
                  [](const auto& release, const auto& effort) {
                    return std::make_unique<IdleConnections>(release, effort);
                  }});
  list.push_back(
      {"start-up",
       "start-up, and memory at rest",
       {{Quantity::startup, Goal::Kind::below, 20},
        {Quantity::memory, Goal::Kind::below, 8.0 * 1024}},
       [](const auto& release, const auto&) { return std::make_unique<StartUp>(release); }});
}

const std::vector<Scenario>& scenarios() {
  static const std::vector<Scenario> kAll = [] {
    std::vector<Scenario> list;
    add_flows(list);
    add_latencies(list);
    add_connections(list);
    add_encrypted(list);
    return list;
  }();
  return kAll;
}

}  // namespace bench
