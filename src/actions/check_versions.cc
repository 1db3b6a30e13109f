#include "actions/version_facts.h"
#include "base/text.h"
#include "rules/judge.h"
#include "rules/rule_reader.h"

namespace actions {

namespace {

Severity severity_of(rules::Severity severity) {
  switch (severity) {
    case rules::Severity::block:
      return Severity::error;
    case rules::Severity::warn:
      return Severity::warning;
    case rules::Severity::note:
      break;
  }
  return Severity::note;
}

Finding finding_of(const rules::Finding& found, std::size_t servers) {
  const bool all = found.servers.size() == servers;
  auto what =
      found.direction == rules::Direction::back ? "the way back: " + found.says : found.says;
  if (found.accepted) what += "; accepted by the plan";
  return {all ? "" : base::join(found.servers, ", "),
          std::move(what),
          found.way_out,
          severity_of(found.severity),
          found.rule,
          found.source};
}

// A rule that knows the key says more than the program that stumbles over it.
bool is_known_better(const rules::Finding& found, const std::vector<rules::Finding>& all) {
  return found.rule == "conf-refused" &&
         std::any_of(all.begin(), all.end(), [&](const rules::Finding& other) {
           const auto* rule = rules::shipped_rules().find(other.rule);
           return other.rule != found.rule && rule && rule->kind == rules::Kind::config_key &&
                  other.direction == found.direction && other.servers == found.servers;
         });
}

}  // namespace

std::vector<Finding> check_versions(const plan::Plan& plan,
                                    const watch::Snapshot& now,
                                    Executors& executors) {
  std::vector<Finding> findings;
  auto facts = version_facts(plan, now);
  ask_running_programs(facts, plan, executors, findings);
  const auto judged = rules::judge(rules::shipped_rules(), facts);
  for (const auto& found : judged) {
    if (!is_known_better(found, judged))
      findings.push_back(finding_of(found, facts.servers.size()));
  }
  return findings;
}

}  // namespace actions
