#include "watch/careful_subscriber.h"

#include "base/text.h"

namespace watch {

namespace {

constexpr std::size_t kLegs = 2;
constexpr auto kAfterglow =
    std::chrono::seconds(1);  // how long a replaced connection is still read

}  // namespace

base::Result<Leg> open_leg(const ServerList& servers, std::size_t server, const std::string& name) {
  Leg leg;
  leg.server = server;
  leg.leaving = std::make_shared<std::atomic<bool>>(false);
  ConnectSettings settings;
  settings.servers = {servers.urls[server]};
  settings.name = name;
  settings.access = servers.access;
  settings.reconnect = ConnectSettings::Reconnect::none;
  settings.timeout = std::chrono::seconds(1);
  const auto leave = [leaving = leg.leaving] { *leaving = true; };
  settings.events.lame_duck = leave;
  settings.events.disconnected = leave;
  settings.events.closed = leave;
  leg.connection = TRY(NatsConnection::open(settings));
  return leg;
}

CarefulSubscriber::CarefulSubscriber(const ServerList& servers,
                                     MessageLedger& ledger,
                                     base::Clock& clock,
                                     std::size_t first)
    : servers_(servers),
      ledger_(ledger),
      clock_(clock),
      next_(first),
      id_(ledger.add_subscriber(MessageLedger::Kind::careful)) {}

base::Result<void> CarefulSubscriber::start() {
  TRY(listen_somewhere());
  tend();
  return {};
}

bool CarefulSubscriber::listens_on(std::size_t server) const {
  const auto same = [&](const Leg& leg) { return leg.server == server && !leg.leaving->load(); };
  return std::any_of(legs_.begin(), legs_.end(), same);
}

base::Result<void> CarefulSubscriber::listen_somewhere() {
  base::Error last(base::ErrorCode::not_found, "no other server to listen on");
  for (std::size_t tries = 0; tries < servers_.urls.size(); ++tries) {
    const auto server = next_++ % servers_.urls.size();
    if (listens_on(server)) continue;
    auto leg = open_leg(servers_, server, "natsctl probe, careful");
    if (!leg) {
      last = std::move(leg).error();
      continue;
    }
    const auto hear = [this, connection = connections_](const Message& message) {
      if (const auto number = base::parse_int(message.data)) {
        ledger_.received(id_, connection, *number, clock_.now());
      } else {
        ledger_.greeted(id_);
      }
    };
    auto done = leg->connection->subscribe(servers_.subject, "", hear);
    if (done) done = leg->connection->flush(std::chrono::seconds(1));
    if (!done) {
      last = std::move(done).error();
      continue;
    }
    ++connections_;
    legs_.push_back(std::move(*leg));
    return {};
  }
  return last;
}

void CarefulSubscriber::tend() {
  const auto leaving = [](const Leg& leg) { return leg.leaving->load(); };
  const auto sound =
      static_cast<std::size_t>(std::count_if(legs_.begin(), legs_.end(), std::not_fn(leaving)));
  if (sound < kLegs && listen_somewhere()) {
    const auto old = std::find_if(legs_.begin(), legs_.end(), leaving);
    if (old != legs_.end()) {
      old->left = clock_.now();
      former_.push_back(std::move(*old));
      legs_.erase(old);
    }
  }
  std::erase_if(former_, [&](const Leg& leg) { return clock_.now() - leg.left > kAfterglow; });
}

}  // namespace watch
