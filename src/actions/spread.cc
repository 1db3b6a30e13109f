#include "actions/spread.h"

#include "actions/sending_away.h"
#include "base/text.h"
#include "watch/client_library.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

namespace actions {

base::Result<std::vector<contract::ConnInfo>> clients_to_spread(const watch::Watcher& watcher,
                                                                const std::string& node) {
  auto clients = TRY(clients_to_move(watcher, node));
  std::erase_if(clients, watch::is_own);
  return clients;
}

base::Result<Load> clients_by_node(const watch::Watcher& watcher,
                                   const plan::Plan& plan,
                                   const std::string& cluster) {
  Load load;
  for (const auto* node : plan.members_of(cluster)) {
    auto clients = clients_to_spread(watcher, node->name);
    if (!clients) return std::move(clients).error().in(node->name);
    load[node->name] = static_cast<int>(clients->size());
  }
  return load;
}

Spread spread_of(const Load& load) {
  Spread spread;
  for (const auto& [node, count] : load) {
    spread.total += count;
    spread.most = std::max(spread.most, count);
  }
  if (!load.empty())
    spread.mean = static_cast<double>(spread.total) / static_cast<double>(load.size());
  return spread;
}

std::string why_not_more_even(const Load& load, double wanted) {
  const auto spread = spread_of(load);
  if (spread.max_over_mean() <= wanted) return {};
  const double best = std::ceil(spread.mean);
  if (spread.most > best) return {};
  return fmt::format("{} on {} cannot be more even than {:.2f} times the mean",
                     base::count_of(static_cast<std::size_t>(spread.total), "client"),
                     base::count_of(load.size(), "server"),
                     best / spread.mean);
}

Load excess(const Load& load) {
  const int fair = static_cast<int>(std::ceil(spread_of(load).mean));
  Load result;
  for (const auto& [node, count] : load) {
    if (count > fair) result[node] = count - fair;
  }
  return result;
}

std::string in_words(const Load& load) {
  std::vector<std::string> parts;
  for (const auto& [node, count] : load)
    parts.push_back(fmt::format("{} {}", node, count));
  return fmt::format("{}: the fullest holds {:.2f} times the mean",
                     base::join(parts, ", "),
                     spread_of(load).max_over_mean());
}

}  // namespace actions
