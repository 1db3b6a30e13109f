#pragma once

#include "contract/conf_parser.h"
#include "rules/judge.h"
#include "rules/rule_reader.h"

#include <optional>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

// Clusters of facts, and what the shipped rules say of them.
namespace rules_fixture {

using rules::AssetFacts;
using rules::Direction;
using rules::Facts;
using rules::Severity;

inline contract::ConfValue conf(const std::string& text) {
  auto parsed = contract::parse_conf(text, "t.conf");
  REQUIRE(parsed);
  return *std::move(parsed);
}

// Three servers of one release and a target, with or without JetStream; nothing else is special.
inline Facts cluster(const std::string& runs, const std::string& target, bool jetstream = true) {
  Facts facts{.target = target, .assets = std::vector<AssetFacts>()};
  for (const auto* name : {"A", "B", "D"}) {
    facts.servers.push_back({.name = name,
                             .cluster = "demo",
                             .version = runs,
                             .jetstream = jetstream,
                             .conf = conf("server_name: x\n")});
  }
  return facts;
}

inline Facts core(const std::string& runs, const std::string& target) {
  return cluster(runs, target, false);
}

inline Facts with(Facts facts, const AssetFacts& asset) {
  facts.assets->push_back(asset);
  return facts;
}

inline Facts with_conf(Facts facts, const std::string& text) {
  for (auto& server : facts.servers)
    server.conf = conf(text);
  return facts;
}

inline std::optional<rules::Finding> finding(const Facts& facts,
                                             const std::string& rule,
                                             Direction direction = Direction::there) {
  for (auto& found : rules::judge(rules::shipped_rules(), facts)) {
    if (found.rule == rule && found.direction == direction) return found;
  }
  return std::nullopt;
}

// "block", "warn", "note", or "" when the rule does not apply.
inline std::string verdict(const Facts& facts,
                           const std::string& rule,
                           Direction direction = Direction::there) {
  REQUIRE_MESSAGE(rules::shipped_rules().find(rule), rule);
  const auto found = finding(facts, rule, direction);
  if (!found) return "";
  return found->severity == Severity::block  ? "block"
         : found->severity == Severity::warn ? "warn"
                                             : "note";
}

inline std::string way_back(const Facts& facts, const std::string& rule) {
  return verdict(facts, rule, Direction::back);
}

inline std::set<std::string> blocks(const Facts& facts) {
  std::set<std::string> ids;
  for (const auto& found : rules::judge(rules::shipped_rules(), facts)) {
    if (found.severity == Severity::block) ids.insert(found.rule);
  }
  return ids;
}

inline const AssetFacts kMirror{.name = "APP > COPY", .replicas = 3, .mirror = true};
inline const AssetFacts kStream{.name = "APP > ORDERS", .replicas = 3};
inline const char* const kFlagOff = "feature_flags { js_raft_delete_range: false }\n";
}  // namespace rules_fixture
