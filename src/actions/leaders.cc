#include "actions/leaders.h"

#include "base/text.h"

#include <fmt/core.h>

namespace actions {

Leaderships look_at_leaders(Context& context) {
  Leaderships result{.seen = context.watcher.look(), .groups = {}};
  for (auto& [key, group] : watch::raft_groups(result.seen)) {
    const auto* leader = group.leader();
    if (leader && !leader->replicas().empty()) result.groups[key] = group;
  }
  return result;
}

std::vector<std::string> Leaderships::led_by(const std::string& node) const {
  std::vector<std::string> keys;
  for (const auto& [key, group] : groups) {
    if (group.leader()->node == node) keys.push_back(key);
  }
  return keys;
}

base::Result<watch::JetStreamApi> open_api(Context& context,
                                           const std::string& domain,
                                           const std::string& but) {
  const auto snapshot = context.watcher.latest();
  std::vector<std::string> servers;
  for (const auto& node : context.plan.nodes) {
    const auto* sample = snapshot.find(node.name);
    if (node.name != but && sample && sample->varz && watch::domain_of(*sample) == domain)
      servers.push_back(watch::client_url(node.client));
  }
  if (servers.empty()) return base::Error(base::ErrorCode::not_found, "no other member answers");
  return watch::JetStreamApi::open(servers, context.plan.access);
}

std::string count_of_groups(const Leaderships& leaders, const std::vector<std::string>& keys) {
  std::size_t streams = 0;
  for (const auto& key : keys)
    streams += leaders.groups.at(key).consumer.empty() ? 1 : 0;
  return fmt::format("{} and {}",
                     base::count_of(streams, "stream"),
                     base::count_of(keys.size() - streams, "consumer"));
}

}  // namespace actions
