#include "watch/traffic_probe.h"

#include "watch/careful_subscriber.h"
#include "watch/confirmed_publisher.h"
#include "watch/plain_client.h"
#include "watch/request_reply.h"

#include <thread>

#include <fmt/core.h>
#include <unistd.h>

namespace watch {

namespace {

constexpr auto kTend = std::chrono::milliseconds(20);
constexpr auto kMeshPatience = std::chrono::seconds(10);  // routes are dialled every second
constexpr auto kDrain = std::chrono::seconds(5);          // for the last confirmations
constexpr auto kLastWait = std::chrono::seconds(2);

// The beats of one of `count` who share a rate: each has its turn, so that all together are even.
struct Beat {
  base::Time first;
  base::nanoseconds every{};

  Beat(base::Time begin, int rate, std::size_t which, std::size_t count) {
    const auto one = base::nanoseconds(std::chrono::seconds(1)) / std::max(1, rate);
    every = one * static_cast<std::int64_t>(count);
    first = begin + one * static_cast<std::int64_t>(which);
  }

  std::int64_t due(base::Time now) const { return now < first ? 0 : 1 + (now - first) / every; }
};

}  // namespace

struct TrafficProbe::State {
  State(ProbeSettings s, base::Clock& c) : settings(std::move(s)), clock(c) {}

  ProbeSettings settings;
  base::Clock& clock;
  ServerList servers;
  MessageLedger ledger;
  RequestLedger requests;
  std::vector<std::unique_ptr<CarefulSubscriber>> careful;
  std::vector<std::unique_ptr<PlainClient>> plain;
  std::vector<std::unique_ptr<CarefulResponder>> responders;
  std::vector<std::unique_ptr<CarefulRequester>> requesters;
  std::vector<std::unique_ptr<ConfirmedPublisher>> publishers;
  std::vector<std::jthread> tending;  // the threads end before what they use
  std::vector<std::jthread> sending;

  base::Result<void> connect() {
    const auto of_each = settings.subscribers > 0 ? static_cast<std::size_t>(settings.subscribers)
                                                  : servers.urls.size();
    const bool asks = settings.requests > 0;
    for (std::size_t home = 0; home < of_each; ++home) {
      careful.push_back(std::make_unique<CarefulSubscriber>(servers, ledger, clock, home));
      TRY(careful.back()->start());
      plain.push_back(
          TRY(PlainClient::connect(servers, clock, ledger, asks ? &requests : nullptr)));
      publishers.push_back(std::make_unique<ConfirmedPublisher>(servers, ledger, clock, home));
      TRY(publishers.back()->start());
      if (!asks) continue;
      responders.push_back(std::make_unique<CarefulResponder>(servers, clock, home));
      TRY(responders.back()->start());
    }
    TRY(open_the_ways());
    for (std::size_t home = 0; asks && home < of_each; ++home) {
      requesters.push_back(std::make_unique<CarefulRequester>(servers, requests, clock, home));
      TRY(requesters.back()->start());
    }
    return {};
  }

  base::Result<void> open_the_ways() {
    const auto end = clock.now() + kMeshPatience;
    for (std::size_t i = 0; i < publishers.size(); ++i) {
      const auto greeting = fmt::format("publisher {}", i);
      for (;;) {
        TRY(publishers[i]->greet(greeting));
        if (ledger.heard(greeting, MessageLedger::Kind::careful) &&
            ledger.heard(greeting, MessageLedger::Kind::plain))
          break;
        if (clock.now() > end) {
          return base::Error(base::ErrorCode::timeout,
                             "not every subscriber hears what is published to " + servers.subject);
        }
        clock.wait(kTend, {});
      }
    }
    return {};
  }

  // One message a beat; when time was lost, as many as are due.
  void send_at_rate(ConfirmedPublisher& publisher, const Beat& beat, const std::stop_token& stop) {
    std::int64_t sent = 0;
    do {
      const auto due = beat.due(clock.now());
      if (due > sent) publisher.send(static_cast<int>(due - sent));
      sent = std::max(sent, due);
    } while (clock.wait(until_next(beat), stop));
    drain(publisher);
  }

  base::nanoseconds until_next(const Beat& beat) const {
    const auto now = clock.now();
    const base::Time next = beat.first + beat.every * beat.due(now);
    return std::max<base::nanoseconds>(next - now, std::chrono::milliseconds(1));
  }

  // What is unconfirmed now is so for its last time.
  void drain(ConfirmedPublisher& publisher) {
    const auto end = clock.now() + kDrain;
    for (;;) {
      publisher.send(0);
      if (publisher.all_confirmed() || clock.now() >= end) return;
      clock.wait(kTend, {});
    }
  }

  // One request at a time; those that a slow answer delayed are left out.
  template <class Requester>
  void ask_at_rate(Requester& requester, const Beat& beat, const std::stop_token& stop) {
    while (clock.wait(until_next(beat), stop))
      requester.ask();
  }

  template <class Client>
  void tend(std::vector<std::unique_ptr<Client>>& clients) {
    for (auto& client : clients) {
      tending.emplace_back([this, &client = *client](const std::stop_token& stop) {
        while (clock.wait(kTend, stop))
          client.tend();
      });
    }
  }

  void begin() {
    const auto now = clock.now();
    tend(careful);
    tend(responders);
    for (std::size_t i = 0; i < publishers.size(); ++i) {
      const Beat beat(now, settings.rate, i, publishers.size());
      sending.emplace_back([this, &who = *publishers[i], beat](const std::stop_token& stop) {
        send_at_rate(who, beat, stop);
      });
    }
    for (std::size_t i = 0; i < requesters.size(); ++i) {
      const Beat beat(now, settings.requests, i, requesters.size());
      sending.emplace_back([this, &who = *requesters[i], beat](const std::stop_token& stop) {
        ask_at_rate(who, beat, stop);
      });
      sending.emplace_back([this, &who = *plain[i], beat](const std::stop_token& stop) {
        ask_at_rate(who, beat, stop);
      });
    }
  }

  static void end(std::vector<std::jthread>& threads) {
    for (auto& thread : threads)
      thread.request_stop();
    threads.clear();
  }

  ProbeResult result(bool final) const {
    auto result = ledger.result(clock.now(), final);
    result.careful_requests = requests.result(RequestLedger::Kind::careful);
    result.plain_requests = requests.result(RequestLedger::Kind::plain);
    return result;
  }
};

std::vector<ProbeSettings> probe_settings(const plan::Plan& plan) {
  std::vector<ProbeSettings> all;
  const auto clusters = plan.clusters();
  for (const auto& cluster : clusters) {
    auto settings = probe_settings(plan, cluster);
    if (settings.servers.size() > 1 || clusters.size() == 1) all.push_back(std::move(settings));
  }
  return all;
}

ProbeSettings probe_settings(const plan::Plan& plan, const std::string& cluster) {
  ProbeSettings settings;
  for (const auto* node : plan.members_of(cluster))
    settings.servers.push_back(node->client);
  if (plan.temp_node && plan.cluster_of(plan.temp_node->node.name) == cluster)
    settings.servers.push_back(plan.temp_node->node.client);
  settings.access = plan.access;
  if (!plan.probe) return settings;
  settings.rate = plan.probe->rate;
  settings.subscribers = plan.probe->subscribers;
  settings.requests = plan.probe->requests;
  if (plan.probe->access.empty()) return settings;
  settings.access = plan.probe->access;
  if (settings.access.ca.empty()) settings.access.ca = plan.access.ca;  // as for `system`
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
  return state_->result(false);
}

ProbeResult TrafficProbe::finish() {
  State::end(state_->sending);
  const auto end = state_->clock.now() + kLastWait;
  while (!state_->ledger.complete() && state_->clock.now() < end)
    state_->clock.wait(kTend, {});
  return state_->result(true);
}

}  // namespace watch
