#include "actions/returning.h"

#include <algorithm>

#include <fmt/core.h>

namespace actions {

namespace {

constexpr base::nanoseconds kPatience = std::chrono::seconds(30);  // libraries try every 2 s
constexpr base::nanoseconds kLook = std::chrono::seconds(1);

void add(Crowd& to, const Crowd& more) {
  for (const auto& [who, count] : more)
    to[who] += count;
}

std::set<std::string> servers_that_answer(const watch::Watcher& watcher) {
  std::set<std::string> names;
  const auto snapshot = watcher.latest();
  for (const auto& [name, sample] : snapshot.nodes) {
    if (sample.varz) names.insert(name);
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

std::optional<Clients> clients_before(const watch::Watcher& watcher, const std::string& node) {
  const auto own = watcher.clients(node);
  if (!own) return std::nullopt;
  auto servers = servers_that_answer(watcher);
  servers.erase(node);
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
    context.remark(
        "whether its clients came back is not known: nobody listed them before they went");
    return;
  }
  const auto end = context.clock.now() + kPatience;
  Crowd away;
  bool known = false;
  for (;;) {
    const auto servers = servers_that_answer(context.watcher);
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
