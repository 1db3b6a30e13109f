#include "watch/leg.h"

namespace watch {

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

Itinerary::Itinerary(const ServerList& servers,
                     base::Clock& clock,
                     std::size_t home,
                     std::string name)
    : servers_(servers),
      clock_(clock),
      home_(servers.urls.empty() ? 0 : home % servers.urls.size()),
      name_(std::move(name)),
      next_(home_) {}

std::optional<Leg> Itinerary::way_home() {
  if (clock_.now() < not_before_) return std::nullopt;
  auto leg = open_leg(servers_, home_, name_);
  not_before_ = clock_.now() + kHomePace;
  if (!leg) return std::nullopt;
  return *std::move(leg);
}

}  // namespace watch
