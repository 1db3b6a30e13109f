#include "actions/returning.h"

#include "base/text.h"
#include "watch/client_library.h"

#include <algorithm>

#include <fmt/core.h>

namespace actions {

namespace {

constexpr base::nanoseconds kPatience = std::chrono::seconds(30);  // libraries try every 2 s
constexpr base::nanoseconds kLook = std::chrono::seconds(1);
constexpr std::size_t kNamed = 20;

void add(Crowd& to, const Crowd& more) {
  for (const auto& [who, count] : more)
    to[who] += count;
}

// The servers that answer now but that one.
std::set<std::string> others_of(const watch::Watcher& watcher, const std::string& node) {
  std::set<std::string> names;
  const auto snapshot = watcher.latest();
  for (const auto& [name, sample] : snapshot.nodes) {
    if (name != node && sample.varz) names.insert(name);
  }
  return names;
}

// Nothing when one of them cannot list its clients.
std::optional<Crowd> crowd_on(const watch::Watcher& watcher, const std::set<std::string>& servers) {
  Crowd crowd;
  for (const auto& name : servers) {
    const auto clients = watcher.clients(name);
    if (!clients) return std::nullopt;
    add(crowd, crowd_of(*clients));
  }
  return crowd;
}

}  // namespace

std::string Who::text() const {
  if (!name.empty()) return fmt::format("{} ({})", name, ip);
  return fmt::format("a nameless {}client ({})", lang.empty() ? "" : lang + " ", ip);
}

Crowd crowd_of(const std::vector<contract::ConnInfo>& clients) {
  Crowd crowd;
  for (const auto& client : clients) {
    if (!watch::moves_by_itself(client)) ++crowd[{client.name, client.ip, client.lang}];
  }
  return crowd;
}

std::string names_of(const Crowd& crowd) {
  std::vector<std::string> names;
  for (const auto& [who, count] : crowd) {
    if (names.size() == kNamed) break;
    names.push_back(count > 1 ? fmt::format("{} × {}", count, who.text()) : who.text());
  }
  const auto text = base::join(names, ", ");
  return crowd.size() > kNamed ? fmt::format("{} and {} more", text, crowd.size() - kNamed) : text;
}

Crowd missing(const Crowd& gone, const Crowd& before, const Crowd& now) {
  Crowd away;
  for (const auto& [who, count] : gone) {
    const auto had = before.find(who);
    const auto has = now.find(who);
    const int fewer =
        (had == before.end() ? count : had->second) - (has == now.end() ? 0 : has->second);
    if (fewer > 0) away[who] = std::min(fewer, count);
  }
  return away;
}

std::optional<Clients> clients_before(const watch::Watcher& watcher, const std::string& node) {
  const auto own = watcher.clients(node);
  if (!own) return std::nullopt;
  const auto servers = others_of(watcher, node);
  const auto others = crowd_on(watcher, servers);
  if (!others) return std::nullopt;
  Clients clients{.of_node = crowd_of(*own), .all = *others, .asked = servers};
  add(clients.all, clients.of_node);
  return clients;
}

void wait_for_return(const Context& context,
                     const std::string& node,
                     const std::optional<Clients>& before) {
  if (!before) {
    context.remark("whether its clients came back is not known: they could not be listed before");
    return;
  }
  const auto end = context.clock.now() + kPatience;
  Crowd away;
  bool known = false;
  for (;;) {
    auto servers = others_of(context.watcher, node);
    // One that was there and is silent now may hold them: then who is missing is not known.
    known =
        std::includes(servers.begin(), servers.end(), before->asked.begin(), before->asked.end());
    const auto now = known ? crowd_on(context.watcher, servers) : std::nullopt;
    known = now.has_value();
    if (now) {
      away = missing(before->of_node, before->all, *now);
      if (away.empty()) return;
      context.say(fmt::format("waiting for clients of {} to come back: {}", node, names_of(away)));
    }
    if (context.clock.now() >= end) break;
    if (!context.clock.wait(kLook, context.stop)) return;
  }
  context.remark(known ? fmt::format("did not come back within {}: {}",
                                     base::format_duration(kPatience),
                                     names_of(away))
                       : "whether its clients came back is not known: a server is silent");
}

}  // namespace actions
