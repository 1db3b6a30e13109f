#include "watch/client_library.h"

#include "contract/version.h"
#include "watch/leg.h"
#include "watch/system_account.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace watch {

namespace {

// From which version on a library can tell its application. Empty: from its first; "-": no version
// does. Sources, by row: nats.go v1.11.0; nats.c v2.2.0; nats.java 2.8.0 (#334); nats.js, nats.ws
// and nats.deno have the status "ldm"; nats.py #869; nats-pure.rb #85, open. .NET (v1 in 2020, v2
// in January 2025) and Rust (async-nats, May 2022) can too, from versions that are not known here.
struct Row {
  const char* lang;
  const char* from;
};

constexpr std::array<Row, 9> kLibraries = {{{"go", "1.11.0"},
                                            {"C", "2.2.0"},
                                            {"java", "2.8.0"},
                                            {"nats.js", ""},
                                            {"nats.ws", ""},
                                            {"nats.deno", ""},
                                            {"nats.transport-node", ""},
                                            {"python3", "2.15.0"},
                                            {"ruby", "-"}}};

}  // namespace

Hears hears_lame_duck(const std::string& lang, const std::string& version) {
  const auto* const row = std::find_if(
      kLibraries.begin(), kLibraries.end(), [&](const Row& at) { return lang == at.lang; });
  if (row == kLibraries.end()) return Hears::unknown;
  const std::string from = row->from;
  if (from == "-") return Hears::never;
  if (from.empty()) return Hears::tells;
  const auto has = contract::Version::parse(version);
  const auto wanted = contract::Version::parse(from);
  if (!has || !wanted) return Hears::unknown;
  return *has < *wanted ? Hears::never : Hears::tells;
}

std::string LibraryCount::name() const {
  if (lang.empty()) return "no library it names";
  return version.empty() ? lang : fmt::format("{} {}", lang, version);
}

std::vector<LibraryCount> libraries_of(const std::vector<contract::ConnInfo>& clients) {
  std::map<std::pair<std::string, std::string>, int> counts;
  for (const auto& client : clients) {
    if (!moves_by_itself(client)) ++counts[{client.lang, client.version}];
  }
  std::vector<LibraryCount> libraries;
  for (const auto& [key, count] : counts)
    libraries.push_back({key.first, key.second, count, hears_lame_duck(key.first, key.second)});
  std::stable_sort(libraries.begin(), libraries.end(), [](const auto& a, const auto& b) {
    return a.clients > b.clients;
  });
  return libraries;
}

bool moves_by_itself(const contract::ConnInfo& client) {
  return client.name == kSystemClientName ||
         (client.name.starts_with(kProbeName) && client.name != kPlainName);
}

bool is_own(const contract::ConnInfo& client) {
  return client.name == kSystemClientName || client.name.starts_with(kProbeName);
}

}  // namespace watch
