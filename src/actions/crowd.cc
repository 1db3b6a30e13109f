#include "actions/crowd.h"

#include "base/text.h"
#include "watch/client_library.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

namespace actions {

namespace {

constexpr std::size_t kNamed = 20;

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

}  // namespace actions
