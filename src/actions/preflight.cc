#include "actions/preflight.h"

#include "actions/by_hand.h"
#include "actions/rows.h"
#include "base/text.h"

namespace actions {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

void append(std::vector<Finding>& to, std::vector<Finding> more) {
  for (auto& finding : more)
    to.push_back(std::move(finding));
}

Result<void> apply(Context& context) {
  auto findings = preflight(context.plan, context.watcher.look(), context.executors);
  append(findings, check_watching(context.plan, context.watcher));
  std::vector<std::string> errors;
  for (const auto& finding : findings) {
    if (finding.severity == Severity::error) errors.push_back(finding.sentence());
    if (finding.severity == Severity::warning) context.say("warning: " + finding.sentence());
  }
  if (errors.empty()) return {};
  return Error(ErrorCode::refused, base::join(errors, "\n"));
}

Lines by_hand(const plan::Plan& plan, const playbook::Step&) {
  const auto& release = plan.release;
  Lines lines;
  if (!release.binary.empty())
    lines.push_back(quoted(release.binary.string()) + " -v   # " + release.version);
  for (const auto& node : plan.nodes) {
    lines.push_back(curl(node, "/varz") + "   # server_name " + node.name);
    lines.push_back(curl(node, "/routez") + "   # a route to every other member");
    if (!node.config.empty()) lines.push_back(try_conf_by_hand(release, node));
  }
  return lines;
}

}  // namespace

std::string Finding::sentence() const {
  auto text = node.empty() ? what : node + ": " + what;
  if (!hint.empty()) text += " (" + hint + ")";
  return rule.empty() ? text : text + " [" + rule + ": " + source + "]";
}

bool any_error(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(), [](const Finding& finding) {
    return finding.severity == Severity::error;
  });
}

std::vector<Finding> preflight(const plan::Plan& plan,
                               const watch::Snapshot& now,
                               Executors& executors) {
  auto findings = check_cluster(plan, now);
  append(findings, check_jetstream(plan, now));
  append(findings, check_users(plan));
  append(findings, check_machines(plan, now, executors));
  append(findings, check_release(plan, executors));
  append(findings, check_versions(plan, now, executors));
  append(findings, check_temp_node(plan, executors));
  return findings;
}

Action preflight_action() {
  return {.name = "preflight",
          .meaning = "looks for everything that would go wrong, before the first change",
          .arguments = {},
          .for_a_node = false,
          .changes = false,
          .probe = [](Context&) -> Result<Applied> { return Applied::no; },
          .apply = apply,
          .by_hand = by_hand};
}

}  // namespace actions
