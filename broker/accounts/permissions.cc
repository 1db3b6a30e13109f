#include "broker/accounts/permissions.h"

#include "broker/subjects/subject.h"

#include <algorithm>

namespace broker {

namespace {

// How some rules answer for one subject.
struct Found {
  bool plain = false;       // a rule without a queue
  bool any_queue = false;   // some rule with a queue, whichever
  bool this_queue = false;  // a rule whose queue is ours
};

}  // namespace

Permissions::Permissions(PermissionRules rules) : rules_(std::move(rules)) {
  publish_allowed_ = SubjectSet(rules_.publish.allow.value_or(std::vector<std::string>{}));
  publish_denied_ = SubjectSet(rules_.publish.deny);
  subscribe_allow_ = queue_rules(rules_.subscribe.allow.value_or(std::vector<std::string>{}));
  subscribe_deny_ = queue_rules(rules_.subscribe.deny);
  auto denied = std::make_shared<SubjectSet>();
  for (const QueueRule& rule : subscribe_deny_) {
    if (rule.queue.empty()) denied->add(rule.subject);
  }
  subscribe_denied_ = std::move(denied);
}

std::vector<Permissions::QueueRule> Permissions::queue_rules(
    const std::vector<std::string>& entries) {
  std::vector<QueueRule> rules;
  for (const std::string& entry : entries) {
    const auto blank = entry.find_first_of(" \t");
    if (blank == std::string::npos) {
      rules.push_back({entry, {}});
    } else {
      rules.push_back(
          {entry.substr(0, blank), entry.substr(entry.find_first_not_of(" \t", blank))});
    }
  }
  return rules;
}

bool Permissions::may_publish(std::string_view subject) const {
  const bool all = !rules_.publish.allow && !rules_.allow_responses;
  const bool allowed = all || publish_allowed_.match(subject);
  return allowed && !publish_denied_.match(subject);
}

Permissions::Subscribing Permissions::may_subscribe(std::string_view subject,
                                                    std::string_view queue) const {
  const auto look_up = [&](const std::vector<QueueRule>& rules, auto&& concerns) {
    Found found;
    for (const QueueRule& rule : rules) {
      if (!concerns(rule.subject, subject)) continue;
      if (rule.queue.empty()) {
        found.plain = true;
      } else {
        found.any_queue = true;
        found.this_queue = found.this_queue || matches(rule.queue, queue);
      }
    }
    return found;
  };
  const auto applies = [&](const Found& found) {
    return !queue.empty() && found.any_queue ? found.this_queue : found.plain;
  };

  // A subscription must lie within what is allowed. nats-server is laxer: "a.*" there allows "a.>",
  // which sees more. What is denied is compared by the letter, as there: "d.*" denies "d.>" too.
  if (rules_.subscribe.allow && !applies(look_up(subscribe_allow_, covers)))
    return Subscribing::denied;
  if (applies(look_up(subscribe_deny_, matches))) return Subscribing::denied;
  return subscribe_denied_->overlap(subject) ? Subscribing::filtered : Subscribing::allowed;
}

}  // namespace broker
