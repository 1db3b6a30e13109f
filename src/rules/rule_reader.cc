#include "rules/rule_reader.h"

#include "base/yaml.h"
#include "rules/conditions.h"

#include <cassert>
#include <set>

namespace rules {

namespace {

template <class E>
E word_of(const base::Yaml& yaml, const std::vector<std::pair<std::string, E>>& words) {
  const auto text = yaml.text();
  for (const auto& [word, meant] : words) {
    if (word == text) return meant;
  }
  if (yaml.kind() == base::Yaml::Kind::scalar) yaml.complain("'" + text + "' is not known here");
  return words.front().second;
}

Range read_range(const base::Yaml& yaml) {
  if (!yaml) return {};
  auto range = Range::parse(yaml.text());
  if (range) return *std::move(range);
  yaml.complain(range.error().what);
  return {};
}

contract::Version read_version(const base::Yaml& yaml) {
  auto version = contract::Version::parse(yaml.text());
  if (version) return *std::move(version);
  yaml.complain(version.error().what);
  return {};
}

std::vector<When> read_conditions(const base::Yaml& yaml) {
  std::vector<When> when;
  if (!yaml) return when;
  for (const auto& [name, words] : yaml.fields()) {
    when.push_back({name, words.texts()});
    if (!find_condition(name)) words.complain("there is no condition '" + name + "'");
  }
  return when;
}

Rule read_rule(const base::Yaml& yaml) {
  base::YamlMap map(yaml);
  Rule rule;
  rule.id = map.required("id").text();
  rule.kind = word_of<Kind>(map.required("kind"),
                            {{"upgrade", Kind::upgrade},
                             {"downgrade", Kind::downgrade},
                             {"mixed-mesh", Kind::mixed_mesh},
                             {"bad-release", Kind::bad_release},
                             {"config-key", Kind::config_key}});
  rule.from = read_range(map.optional("from"));
  rule.to = read_range(map.optional("to"));
  rule.when = read_conditions(map.optional("when"));
  rule.severity = word_of<Severity>(
      map.required("severity"),
      {{"note", Severity::note}, {"warn", Severity::warn}, {"block", Severity::block}});
  if (const auto acceptable = map.optional("acceptable")) rule.acceptable = acceptable.flag();
  rule.says = map.required("says").text();
  rule.way_out = map.required("way_out").text();
  rule.source = map.required("source").text();
  map.finish();
  return rule;
}

Milestone read_milestone(const base::Yaml& yaml) {
  base::YamlMap map(yaml);
  Milestone milestone;
  milestone.since = read_version(map.required("since"));
  milestone.index = static_cast<int>(map.required("index").number_between(0, 1000));
  milestone.api_level = static_cast<int>(map.required("api_level").number_between(0, 1000));
  map.finish();
  return milestone;
}

}  // namespace

Rules read_rules(const std::string& file, const std::string& text, base::Problems& problems) {
  Rules rules;
  const auto yaml = base::Yaml::read(file, text, problems);
  if (!yaml) return rules;
  base::YamlMap map(yaml);
  for (const auto& item : map.required("milestones").items())
    rules.milestones.push_back(read_milestone(item));
  std::set<std::string> ids;
  for (const auto& item : map.required("rules").items()) {
    auto rule = read_rule(item);
    if (!ids.insert(rule.id).second) item.complain("there is a rule '" + rule.id + "' already");
    rules.rules.push_back(std::move(rule));
  }
  map.finish();
  return rules;
}

const Rules& shipped_rules() {
  static const Rules rules = [] {
    base::Problems problems;
    auto read = read_rules("src/rules/rules.yaml", std::string(shipped_text()), problems);
    assert(problems.empty());
    return read;
  }();
  return rules;
}

}  // namespace rules
