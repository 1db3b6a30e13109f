#include "rules/judge.h"

#include "base/text.h"
#include "rules/conditions.h"

#include <map>
#include <optional>

#include <fmt/core.h>

namespace rules {

namespace {

using contract::Version;

// The servers that run one release.
struct Group {
  Version version;
  std::vector<std::string> servers;
};

struct Way {
  Direction direction = Direction::there;
  const Group& group;
  Version from;
  Version to;
};

constexpr std::size_t kNamed = 5;  // of what made a condition hold; the rest is counted

std::vector<Group> groups_of(const Facts& facts) {
  std::map<Version, Group> groups;
  for (const auto& server : facts.servers) {
    const auto version = Version::parse(server.version);
    if (!version) continue;  // a server that does not answer is a finding of its own
    auto& group = groups[*version];
    group.version = *version;
    group.servers.push_back(server.name);
  }
  std::vector<Group> list;
  for (auto& [version, group] : groups)
    list.push_back(std::move(group));
  return list;
}

bool releases_match(const Rule& rule, const Way& way) {
  const bool there = way.direction == Direction::there;
  switch (rule.kind) {
    case Kind::upgrade:
      return way.from < way.to && rule.from.contains(way.from) && rule.to.contains(way.to);
    case Kind::downgrade:
      return way.to < way.from && rule.from.contains(way.from) && rule.to.contains(way.to);
    case Kind::mixed_mesh:
      return there && way.from != way.to &&
             ((rule.from.contains(way.from) && rule.to.contains(way.to)) ||
              (rule.from.contains(way.to) && rule.to.contains(way.from)));
    case Kind::bad_release:
      return there && rule.to.contains(way.to);
    case Kind::config_key:
      return rule.to.contains(way.to);
  }
  return false;
}

// What made all conditions hold; nothing when one does not.
std::optional<std::string> conditions_hold(const Rules& rules,
                                           const Rule& rule,
                                           const Facts& facts,
                                           const Way& way) {
  std::vector<std::string> who;
  bool known = true;
  for (const auto& when : rule.when) {
    const auto* condition = find_condition(when.condition);
    if (!condition) return std::nullopt;
    auto holds = condition->judge({rules, facts, way.from, way.to, when.words});
    if (holds.is == Holds::Is::no) return std::nullopt;
    if (holds.is == Holds::Is::unknown) known = false;
    if (!holds.who.empty()) who = std::move(holds.who);  // the later condition is the narrower one
  }
  if (!known) return "not known: JetStream's own monitoring, /jsz, did not tell";
  if (who.size() > kNamed) {
    const auto more = who.size() - kNamed;
    who.resize(kNamed);
    return fmt::format("{} and {} more", base::join(who, ", "), more);
  }
  return base::join(who, ", ");
}

std::string filled(std::string text, const Way& way, const std::string& who) {
  const std::pair<std::string_view, std::string> words[] = {
      {"{from}", way.from.text()}, {"{to}", way.to.text()}, {"{who}", who}};
  for (const auto& [word, value] : words) {
    for (auto at = text.find(word); at != std::string::npos;
         at = text.find(word, at + value.size()))
      text.replace(at, word.size(), value);
  }
  return text;
}

Severity milder(Severity severity) {
  return severity == Severity::block ? Severity::warn : Severity::note;
}

bool runs_already(const Facts& facts, const Version& target) {
  return std::any_of(facts.servers.begin(), facts.servers.end(), [&](const ServerFacts& server) {
    const auto version = Version::parse(server.version);
    return version && *version == target;
  });
}

Finding finding_of(const Rule& rule, const Facts& facts, const Way& way, const std::string& who) {
  Finding finding{.rule = rule.id,
                  .direction = way.direction,
                  .severity = rule.severity,
                  .servers = way.group.servers,
                  .says = filled(rule.says, way, who),
                  .way_out = filled(rule.way_out, way, who),
                  .source = rule.source};
  const bool only_if_needed = way.direction == Direction::back && !facts.must_return;
  if (only_if_needed && rule.kind != Kind::config_key) finding.severity = milder(finding.severity);
  if (rule.kind == Kind::mixed_mesh && runs_already(facts, way.to))
    finding.severity = std::min(finding.severity, Severity::warn);
  if (!facts.accepted.contains(rule.id)) return finding;
  // A server that cannot start is no risk to take; one that could not start again may be.
  const bool never =
      !rule.acceptable || (rule.kind == Kind::config_key && way.direction == Direction::there);
  if (finding.severity == Severity::block && never) {
    finding.way_out += "; policy.accept names it, and it cannot be accepted";
    return finding;
  }
  finding.accepted = true;
  finding.severity = milder(finding.severity);
  return finding;
}

}  // namespace

std::vector<Finding> judge(const Rules& rules, const Facts& facts) {
  std::vector<Finding> findings;
  const auto target = Version::parse(facts.target);
  if (!target) return findings;
  const auto groups = groups_of(facts);
  for (const auto direction : {Direction::there, Direction::back}) {
    for (const auto& rule : rules.rules) {
      for (const auto& group : groups) {
        if (group.version == *target && direction == Direction::back) continue;
        const bool there = direction == Direction::there;
        const Way way{
            direction, group, there ? group.version : *target, there ? *target : group.version};
        if (!releases_match(rule, way)) continue;
        const auto who = conditions_hold(rules, rule, facts, way);
        if (!who) continue;
        auto finding = finding_of(rule, facts, way, *who);
        // A release is the same for every group; what is said is said once.
        const bool said = std::any_of(findings.begin(), findings.end(), [&](const Finding& other) {
          return other.says == finding.says && other.direction == direction;
        });
        if (!said) findings.push_back(std::move(finding));
      }
    }
  }
  return findings;
}

}  // namespace rules
