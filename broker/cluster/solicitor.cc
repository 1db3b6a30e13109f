#include "broker/cluster/solicitor.h"

#include "base/log.h"
#include "broker/cluster/gossip.h"
#include "broker/cluster/route_session.h"

#include <algorithm>

namespace broker {

namespace log = base::log;

namespace {

constexpr base::nanoseconds kLongestBackoff = std::chrono::seconds(30);

std::string key(const contract::Url& url) {
  return url.address().text();
}

bool contains(const std::vector<contract::Url>& routes, const contract::Url& url) {
  return std::find(routes.begin(), routes.end(), url) != routes.end();
}

}  // namespace

Solicitor::Solicitor(Worker& worker, Mesh& mesh)
    : worker_(worker), mesh_(mesh), dialer_(worker.loop()) {}

void Solicitor::start() {
  for (const contract::Url& url : mesh_.settings()->routes)
    solicit({url, true}, {}, false);
}

void Solicitor::stop() {
  stopped_ = true;
  attempts_.clear();
}

void Solicitor::reload(const ClusterSettings& before) {
  const auto now = mesh_.settings();
  for (const contract::Url& url : now->routes) {
    if (!contains(before.routes, url)) solicit({url, true}, {}, false);
  }
  for (const contract::Url& url : before.routes) {
    if (contains(now->routes, url)) continue;
    attempts_.erase(key(url));
    for (const Peer& peer : mesh_.table().all()) {
      if (contains(peer.configured, url)) mesh_.close(peer, CloseReason::route_removed);
    }
  }
}

void Solicitor::hear_of(const contract::ServerInfo& info) {
  if (mesh_.table().has(info.server_id)) return;
  const auto url = dial_address(info);
  if (const auto known = attempts_.find(key(url)); known != attempts_.end()) {
    if (known->second->timer.is_running()) dial_after(*known->second, jitter());
  } else if (!is_configured(*mesh_.settings(), url)) {
    solicit({url, false}, jitter(), false);
  }
}

void Solicitor::route_ended(const RouteEnd& end) {
  if (end.peer) {
    // Every configured route that led to that server is its own again.
    for (const contract::Url& url : end.peer->configured) {
      solicit({url, true}, contract::kRouteConnectDelay + jitter(), true);
    }
    // A server that sends us away at once would be dialled for ever; one that is configured is.
    if (end.peer->configured.empty() && end.dialled && end.lived > contract::kRouteConnectDelay) {
      solicit(*end.dialled, jitter(), true);
    }
    return;
  }
  if (end.cause != RouteEnd::Cause::lost || !end.dialled || !end.dialled->configured) return;
  solicit(*end.dialled, contract::kRouteConnectDelay + jitter(), false);
}

void Solicitor::solicit(const Dialled& target, base::nanoseconds after, bool reconnect) {
  if (stopped_) return;
  if (target.configured && !contains(mesh_.settings()->routes, target.url)) return;
  if (is_own_address(target.url)) {
    log::debug("Detected route to self, ignoring \"{}\"", target.url.redacted());
    return;
  }
  auto& attempt = attempts_[key(target.url)];
  if (attempt != nullptr) return;  // under way
  attempt = std::make_unique<Attempt>(worker_.loop(), target, reconnect);
  dial_after(*attempt, after);
}

void Solicitor::dial_after(Attempt& attempt, base::nanoseconds delay) {
  attempt.timer.start(delay, [this, &attempt] { dial(attempt); });
}

void Solicitor::dial(Attempt& attempt) {
  const contract::Url& url = attempt.target.url;
  log::debug("Trying to connect to route on {} ({})", key(url), key(url));
  ++attempt.tries;
  // The attempt may have been given up, or replaced, when the answer comes.
  dialer_.dial(url.host,
               static_cast<std::uint16_t>(url.port),
               contract::kRouteDialTimeout,
               [this, name = key(url), mine = &attempt](base::Result<Socket> socket) {
                 const auto known = attempts_.find(name);
                 if (known == attempts_.end() || known->second.get() != mine) return;
                 if (socket) {
                   connected(*mine, *std::move(socket));
                 } else {
                   failed(*mine, socket.error());
                 }
               });
}

void Solicitor::connected(Attempt& attempt, Socket socket) {
  Worker& home = mesh_.around().workers.next();
  // std::function wants to be copied, a socket cannot be.
  auto shared = std::make_shared<Socket>(std::move(socket));
  home.post([&mesh = mesh_, shared, target = attempt.target](Worker& worker) {
    RouteSession::make(worker, mesh, std::move(*shared), target);
  });
  retire(attempt);
}

void Solicitor::failed(Attempt& attempt, const base::Error& error) {
  const auto settings = mesh_.settings();
  const int every =
      attempt.reconnect ? settings->reconnect_error_reports : settings->connect_error_reports;
  if (attempt.tries == 1 || (every > 0 && attempt.tries % every == 0)) {
    log::error("Error trying to connect to route (attempt {}): {}", attempt.tries, error.what);
  } else {
    log::debug("Error trying to connect to route (attempt {}): {}", attempt.tries, error.what);
  }
  if (!attempt.target.configured && attempt.tries > settings->connect_retries)
    return retire(attempt);
  base::nanoseconds delay = contract::kRouteConnectDelay;
  if (settings->connect_backoff) {
    delay =
        std::min<base::nanoseconds>(delay * (1 << std::min(attempt.tries - 1, 5)), kLongestBackoff);
  }
  dial_after(attempt, delay);
}

void Solicitor::retire(Attempt& attempt) {
  attempts_.erase(key(attempt.target.url));
}

// What cannot be told from the text shows when the server that answers has our own id.
bool Solicitor::is_own_address(const contract::Url& url) const {
  return url.port == mesh_.address().port && url.host == mesh_.settings()->host;
}

base::nanoseconds Solicitor::jitter() {
  std::uniform_int_distribution<std::int64_t> spread(0, contract::kRouteConnectMaxJitter.count());
  return base::nanoseconds(spread(worker_.random()));
}

}  // namespace broker
