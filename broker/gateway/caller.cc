#include "broker/gateway/caller.h"

#include "base/log.h"
#include "broker/gateway/outbound.h"

#include <algorithm>

#include <fmt/format.h>

namespace broker {

namespace log = base::log;

namespace {

// `explicit gateway "B" (host:port) at host:port`, as nats-server says where it dials.
template <class Attempt>
std::string goal_of(const Attempt& attempt, const contract::Url& url) {
  const std::string address = url.address().text();
  return fmt::format("{} gateway \"{}\" ({}) at {}",
                     attempt.configured ? "explicit" : "implicit",
                     attempt.cluster,
                     address,
                     address);
}

}  // namespace

GatewayCaller::GatewayCaller(Worker& worker, SuperCluster& all)
    : worker_(worker), all_(all), dialer_(worker.loop()), first_(worker.loop()) {}

void GatewayCaller::start() {
  first_.start(contract::kGatewayFirstDial, [this] {
    for (const KnownCluster& known : all_.known().all()) {
      if (known.configured) solicit(known.name, {}, false);
    }
  });
}

void GatewayCaller::stop() {
  stopped_ = true;
  first_.stop();
  attempts_.clear();
}

void GatewayCaller::found(const std::string& cluster) {
  solicit(cluster, {}, false);
}

void GatewayCaller::lost(const std::string& cluster) {
  const auto known = all_.known().find(cluster);
  if (!known) {
    log::debug("Gateway \"{}\" not in configuration, not attempting reconnect", cluster);
    return;
  }
  log::debug("Attempting reconnect for gateway \"{}\"", cluster);
  const base::nanoseconds pause =
      known->configured ? contract::kRouteConnectDelay : base::nanoseconds(0);
  solicit(cluster, pause + jitter(), true);
}

void GatewayCaller::solicit(const std::string& cluster, base::nanoseconds after, bool reconnect) {
  const auto known = all_.known().find(cluster);
  if (stopped_ || !known || all_.table().has_outbound(cluster)) return;
  auto& attempt = attempts_[cluster];
  if (attempt != nullptr) return;  // under way
  attempt = std::make_unique<Attempt>(worker_.loop(), cluster, known->configured, reconnect);
  attempt->timer.start(after, [this, mine = attempt.get()] { begin_round(*mine); });
}

void GatewayCaller::begin_round(Attempt& attempt) {
  const auto known = all_.known().find(attempt.cluster);
  if (!known || known->urls.empty()) {
    attempts_.erase(attempt.cluster);
    return;
  }
  ++attempt.rounds;
  attempt.left = known->urls;
  std::shuffle(attempt.left.begin(), attempt.left.end(), worker_.random());
  dial_next(attempt);
}

void GatewayCaller::dial_next(Attempt& attempt) {
  if (attempt.left.empty()) return end_round(attempt);
  const contract::Url url = attempt.left.back();
  attempt.left.pop_back();
  const std::string text =
      fmt::format("Connecting to {} (attempt {})", goal_of(attempt, url), attempt.rounds);
  if (is_reported(attempt)) {
    log::info("{}", text);
  } else {
    log::debug("{}", text);
  }
  // The attempt may have been given up, or replaced, when the answer comes.
  dialer_.dial(url.host,
               static_cast<std::uint16_t>(url.port),
               contract::kRouteDialTimeout,
               [this, url, name = attempt.cluster, mine = &attempt](base::Result<Socket> socket) {
                 const auto known = attempts_.find(name);
                 if (known == attempts_.end() || known->second.get() != mine) return;
                 if (socket) {
                   connected(*mine, url, *std::move(socket));
                 } else {
                   failed(*mine, url, socket.error());
                 }
               });
}

void GatewayCaller::connected(const Attempt& attempt, const contract::Url& url, Socket socket) {
  // std::function wants to be copied, a socket cannot be.
  auto shared = std::make_shared<Socket>(std::move(socket));
  all_.around().workers.next().post(
      [&all = all_, shared, url, cluster = attempt.cluster](Worker& worker) {
        OutboundGateway::make(worker, all, std::move(*shared), cluster, url);
      });
  attempts_.erase(attempt.cluster);
}

void GatewayCaller::failed(Attempt& attempt, const contract::Url& url, const base::Error& error) {
  const std::string text = fmt::format(
      "Error connecting to {} (attempt {}): {}", goal_of(attempt, url), attempt.rounds, error.what);
  if (is_reported(attempt)) {
    log::error("{}", text);
  } else {
    log::debug("{}", text);
  }
  dial_next(attempt);
}

// Nobody of that cluster answered.
void GatewayCaller::end_round(Attempt& attempt) {
  const GatewaySettings& settings = all_.settings();
  const bool given_up = !attempt.configured && attempt.rounds > settings.connect_retries &&
                        !all_.table().has_inbound(attempt.cluster);
  if (given_up) {
    all_.known().forget(attempt.cluster);
    attempts_.erase(attempt.cluster);
    return;
  }
  base::nanoseconds delay = contract::kRouteConnectDelay;
  if (settings.connect_backoff) {
    delay = std::min<base::nanoseconds>(delay * (1 << std::min(attempt.rounds - 1, 5)),
                                        contract::kGatewayConnectMostDelay);
  }
  attempt.timer.start(delay, [this, &attempt] { begin_round(attempt); });
}

bool GatewayCaller::is_reported(const Attempt& attempt) const {
  const GatewaySettings& settings = all_.settings();
  const int every =
      attempt.reconnect ? settings.reconnect_error_reports : settings.connect_error_reports;
  return attempt.rounds == 1 || (every > 0 && attempt.rounds % every == 0);
}

base::nanoseconds GatewayCaller::jitter() {
  std::uniform_int_distribution<std::int64_t> spread(0, contract::kRouteConnectMaxJitter.count());
  return base::nanoseconds(spread(worker_.random()));
}

}  // namespace broker
