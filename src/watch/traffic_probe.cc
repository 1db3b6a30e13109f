#include "watch/traffic_probe.h"

#include "base/text.h"
#include "watch/careful_subscriber.h"
#include "watch/confirmed_publisher.h"

#include <thread>

#include <fmt/core.h>
#include <unistd.h>

namespace watch {

namespace {

constexpr auto kTend = std::chrono::milliseconds(20);
constexpr auto kGreetPatience = std::chrono::seconds(10);  // routes are dialled every second
constexpr auto kDrain = std::chrono::seconds(5);           // for the last confirmations
constexpr auto kLastWait = std::chrono::seconds(2);

}  // namespace

struct TrafficProbe::State {
  State(ProbeSettings s, base::Clock& c)
      : settings(std::move(s)), clock(c), publisher(servers, ledger, clock) {}

  ProbeSettings settings;
  base::Clock& clock;
  ServerList servers;
  MessageLedger ledger;
  std::vector<std::unique_ptr<CarefulSubscriber>> careful;
  std::vector<std::unique_ptr<NatsConnection>> plain;
  ConfirmedPublisher publisher;
  std::jthread tending;  // the threads end before what they use
  std::jthread sending;

  base::Result<void> connect() {
    for (int i = 0; i < settings.subscribers; ++i) {
      const auto first = static_cast<std::size_t>(i);
      careful.push_back(std::make_unique<CarefulSubscriber>(servers, ledger, clock, first));
      TRY(careful.back()->start());
    }
    for (int i = 0; i < settings.subscribers; ++i)
      TRY(add_plain());
    TRY(publisher.start());
    return open_the_ways();
  }

  base::Result<void> open_the_ways() {
    const auto end = clock.now() + kGreetPatience;
    while (!ledger.all_greeted()) {
      TRY(publisher.greet());
      if (clock.now() > end) {
        return base::Error(base::ErrorCode::timeout,
                           "not every subscriber hears what is published to " + servers.subject);
      }
      clock.wait(kTend, {});
    }
    return {};
  }

  base::Result<void> add_plain() {
    ConnectSettings connect;
    connect.servers = servers.urls;
    connect.name = "natsctl probe, plain";
    connect.access = settings.access;
    auto connection = TRY(NatsConnection::open(connect));
    const int id = ledger.add_subscriber(MessageLedger::Kind::plain);
    TRY(connection->subscribe(servers.subject, "", [this, id](const Message& message) {
      if (const auto number = base::parse_int(message.data)) {
        ledger.received(id, 0, *number, clock.now());
      } else {
        ledger.greeted(id);
      }
    }));
    TRY(connection->flush(std::chrono::seconds(2)));
    plain.push_back(std::move(connection));
    return {};
  }

  // One message an interval; when time was lost, as many as are due.
  void send_at_rate(const std::stop_token& stop) {
    const auto begun = clock.now();
    const auto interval = base::nanoseconds(std::chrono::seconds(1)) / std::max(1, settings.rate);
    std::int64_t sent = 1;
    publisher.send(1);
    while (clock.wait(interval, stop)) {
      const auto due = 1 + (clock.now() - begun) / interval;
      if (due > sent) publisher.send(static_cast<int>(due - sent));
      sent = std::max<std::int64_t>(sent, due);
    }
    drain();
  }

  // What is unconfirmed now is so for its last time.
  void drain() {
    const auto end = clock.now() + kDrain;
    for (;;) {
      publisher.send(0);
      if (publisher.all_confirmed() || clock.now() >= end) return;
      clock.wait(kTend, {});
    }
  }

  void begin() {
    tending = std::jthread([this](const std::stop_token& stop) {
      while (clock.wait(kTend, stop)) {
        for (auto& subscriber : careful)
          subscriber->tend();
      }
    });
    sending = std::jthread([this](const std::stop_token& stop) { send_at_rate(stop); });
  }

  static void end(std::jthread& thread) {
    thread.request_stop();
    if (thread.joinable()) thread.join();
  }
};

ProbeSettings probe_settings(const plan::Plan& plan) {
  ProbeSettings settings;
  for (const auto& node : plan.nodes)
    settings.servers.push_back(node.client);
  if (plan.temp_node) settings.servers.push_back(plan.temp_node->node.client);
  settings.access = plan.access;
  if (plan.probe) {
    settings.rate = plan.probe->rate;
    settings.subscribers = plan.probe->subscribers;
  }
  return settings;
}

TrafficProbe::TrafficProbe(std::unique_ptr<State> state) : state_(std::move(state)) {}

TrafficProbe::~TrafficProbe() {
  State::end(state_->sending);
  State::end(state_->tending);
}

base::Result<std::unique_ptr<TrafficProbe>> TrafficProbe::start(const ProbeSettings& settings,
                                                                base::Clock& clock) {
  auto state = std::make_unique<State>(settings, clock);
  for (const auto& server : settings.servers)
    state->servers.urls.push_back(client_url(server));
  state->servers.access = settings.access;
  state->servers.subject = settings.subject;
  if (settings.subject.empty()) {
    state->servers.subject =
        fmt::format("_natsctl.probe.{}.{}", ::getpid(), clock.wall().time_since_epoch().count());
  }
  if (auto connected = state->connect(); !connected)
    return std::move(connected).error().in("probe");
  state->begin();
  return std::unique_ptr<TrafficProbe>(new TrafficProbe(std::move(state)));
}

ProbeResult TrafficProbe::result() const {
  return state_->ledger.result(state_->clock.now(), false);
}

ProbeResult TrafficProbe::finish() {
  State::end(state_->sending);
  const auto end = state_->clock.now() + kLastWait;
  while (!state_->ledger.complete() && state_->clock.now() < end)
    state_->clock.wait(kTend, {});
  return state_->ledger.result(state_->clock.now(), true);
}

}  // namespace watch
