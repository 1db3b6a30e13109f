#include "tests/bench/epoll.h"
#include "tests/bench/frames.h"
#include "tests/bench/scenario.h"
#include "tests/bench/stand.h"

#include <array>
#include <cstring>
#include <stdexcept>

namespace bench {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kPayload = 16;  // holds the number of the message
constexpr std::size_t kDigits = 8;
constexpr std::string_view kPing = "PING\r\n";
constexpr auto kPatience = std::chrono::seconds(20);

// Frames of one length out of whatever pieces the socket gives.
class FrameReader {
 public:
  FrameReader(Peer& peer, std::size_t frame_bytes) : peer_(peer), frame_bytes_(frame_bytes) {}

  // Calls `use(payload)` for each whole frame that is there.
  template <class Use>
  void read(Use&& use) {
    std::array<char, 16 * 1024> some{};
    bytes_.append(some.data(), peer_.read(some.data(), some.size()));
    std::size_t at = 0;
    while (bytes_.size() - at >= kPing.size()) {
      const auto rest = std::string_view(bytes_).substr(at);
      if (rest.starts_with(kPing)) {
        at += kPing.size();
        continue;
      }
      if (rest.size() < frame_bytes_) break;
      use(rest.substr(frame_bytes_ - kPayload - 2, kPayload));
      at += frame_bytes_;
    }
    bytes_.erase(0, at);
  }

 private:
  Peer& peer_;
  std::size_t frame_bytes_;
  std::string bytes_;
};

std::size_t number_of(std::string_view payload) {
  std::size_t number = 0;
  for (std::size_t i = 0; i < kDigits; ++i)
    number = number * 10 + static_cast<std::size_t>(payload[i] - '0');
  return number;
}

std::string payload_of(std::size_t number) {
  return padded(number, kDigits) + std::string(kPayload - kDigits, 'x');
}

double microseconds(Clock::duration duration) {
  return std::chrono::duration<double, std::micro>(duration).count();
}

void say(Peer& peer, std::string_view bytes) {
  if (peer.write(bytes) != bytes.size()) throw std::runtime_error("a small message did not fit");
}

// A requester and a responder, `in_flight` requests at a time.
class RequestReply final : public Trial {
 public:
  RequestReply(const support::Release& release, const Effort& effort, std::size_t in_flight)
      : stand_(release), effort_(effort), in_flight_(in_flight) {
    subscribe(requester_, "inbox");
    subscribe(responder_, "service");
    epoll_.watch(requester_.fd(), 0);
    epoll_.watch(responder_.fd(), 1);
  }

  Numbers round() override {
    sent_.clear();
    durations_.clear();
    const auto end = Clock::now() + effort_.round;
    const Stretch stretch(stand_.pids());
    for (std::size_t i = 0; i < in_flight_; ++i)
      request();
    while (durations_.size() < sent_.size()) {
      epoll_.wait(20, [&](std::size_t index) { index == 0 ? take_replies(end) : answer(); });
      if (Clock::now() > end + kPatience) throw std::runtime_error("replies are missing");
    }
    Numbers numbers = stretch.take(static_cast<double>(durations_.size()));
    add_latencies(numbers, std::move(durations_));
    return numbers;
  }

 private:
  void request() {
    say(requester_, pub_frame("service", payload_of(sent_.size()), "inbox"));
    sent_.push_back(Clock::now());
  }

  void answer() {
    std::string all;
    requests_.read([&](std::string_view payload) { all += pub_frame("inbox", payload); });
    if (!all.empty()) say(responder_, all);
  }

  void take_replies(Clock::time_point end) {
    replies_.read([&](std::string_view payload) {
      const auto now = Clock::now();
      durations_.push_back(microseconds(now - sent_.at(number_of(payload))));
      if (now < end) request();
    });
  }

  Stand stand_;
  Effort effort_;
  std::size_t in_flight_;
  Peer& requester_ = stand_.near();
  Peer& responder_ = stand_.near();
  FrameReader requests_{responder_, msg_bytes("service", "1", kPayload) + std::strlen("inbox ")};
  FrameReader replies_{requester_, msg_bytes("inbox", "1", kPayload)};
  Epoll epoll_;
  std::vector<Clock::time_point> sent_;
  std::vector<double> durations_;
};

// One message after another at a steady rate.
class Paced final : public Trial {
 public:
  Paced(const support::Release& release, const Effort& effort, std::size_t per_second)
      : stand_(release),
        effort_(effort),
        step_(std::chrono::nanoseconds(std::chrono::seconds(1)) / per_second) {
    subscribe(sink_, "bench.x");
    epoll_.watch(sink_.fd(), 0);
  }

  Numbers round() override {
    std::vector<Clock::time_point> sent;
    std::vector<double> durations;
    const auto begin = Clock::now();
    const auto count = static_cast<std::size_t>(effort_.round / step_);
    const Stretch stretch(stand_.pids());
    while (durations.size() < count) {
      const auto now = Clock::now();
      const auto due = begin + step_ * sent.size();
      if (sent.size() < count && now >= due) {
        sent.push_back(now);
        say(source_, pub_frame("bench.x", payload_of(sent.size() - 1)));
        continue;
      }
      epoll_.wait(sent.size() < count ? due - now : std::chrono::milliseconds(20),
                  [&](std::size_t) {
                    frames_.read([&](std::string_view payload) {
                      durations.push_back(microseconds(Clock::now() - sent.at(number_of(payload))));
                    });
                  });
      if (now > begin + effort_.round + kPatience) throw std::runtime_error("messages are missing");
    }
    Numbers numbers = stretch.take(static_cast<double>(count));
    add_latencies(numbers, std::move(durations));
    return numbers;
  }

 private:
  Stand stand_;
  Effort effort_;
  std::chrono::nanoseconds step_;
  Peer& source_ = stand_.near();
  Peer& sink_ = stand_.near();
  FrameReader frames_{sink_, msg_bytes("bench.x", "1", kPayload)};
  Epoll epoll_;
};

}  // namespace

void add_latencies(std::vector<Scenario>& list) {
  list.push_back({"request-1",
                  "request and reply, 1 in flight",
                  {{Quantity::latency_p50, Goal::Kind::ratio_at_most, 1},
                   {Quantity::latency_p99, Goal::Kind::ratio_at_most, 1}},
                  [](const auto& release, const auto& effort) {
                    return std::make_unique<RequestReply>(release, effort, 1);
                  }});
  list.push_back({"request-64",
                  "request and reply, 64 in flight",
                  {{Quantity::server_cpu, Goal::Kind::ratio_at_most, 1.0 / 3},
                   {Quantity::throughput, Goal::Kind::ratio_at_least, 1}},
                  [](const auto& release, const auto& effort) {
                    return std::make_unique<RequestReply>(release, effort, 64);
                  }});
  list.push_back({"paced",
                  "20,000 messages a second, one way",
                  {{Quantity::latency_p50, Goal::Kind::ratio_at_most, 1},
                   {Quantity::latency_p99, Goal::Kind::ratio_at_most, 1}},
                  [](const auto& release, const auto& effort) {
                    return std::make_unique<Paced>(release, effort, 20'000);
                  }});
}

}  // namespace bench
