#include "base/text.h"
#include "broker/server/options_reader.h"
#include "broker/subjects/subject.h"

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// A subject, or "subject queue" for subscriptions.
bool is_good(const std::string& entry) {
  const auto words = base::split(entry, ' ');
  return words.size() <= 2 && is_valid_subject(words[0]);
}

// nats-server tells the place only of those in an allow or a deny list.
void check_subjects(const std::vector<std::string>& entries,
                    const ConfValue* place,
                    ConfReport& report) {
  for (const std::string& entry : entries) {
    if (is_good(entry)) continue;
    const std::string what = "subject \"" + entry + "\" is not a valid subject";
    if (place == nullptr) return report.errors.push_back(what);
    return report.error(*place, what);
  }
}

std::vector<std::string> read_subjects(const ConfValue& value, ConfReport& report) {
  if (value.is(Kind::text)) {
    return {value.as_text()};
  }
  std::vector<std::string> out;
  if (!value.is(Kind::list)) {
    report.error(value,
                 "Expected subject permissions to be a subject, or array of subjects, got " +
                     go_type(value));
    return out;
  }
  for (const ConfValue& item : value.items()) {
    if (!item.is(Kind::text)) {
      report.error(item, "Subject in permissions array cannot be cast to string");
      continue;
    }
    out.push_back(item.as_text());
  }
  return out;
}

SubjectRules read_subject_rules(const ConfField& field, ConfReport& report) {
  SubjectRules rules;
  if (!field.value.is(Kind::map)) {
    rules.allow = read_subjects(field.value, report);
    check_subjects(*rules.allow, nullptr, report);
    return rules;
  }
  for (const ConfField& inner : field.value.fields()) {
    const std::string key = base::lower(inner.key);
    if (key == "allow") {
      rules.allow = read_subjects(inner.value, report);
      check_subjects(*rules.allow, &inner.value, report);
    } else if (key == "deny") {
      rules.deny = read_subjects(inner.value, report);
      check_subjects(rules.deny, &inner.value, report);
    } else if (!inner.used_as_variable) {
      report.error(inner.value,
                   "Unknown field name \"" + inner.key +
                       "\" parsing subject permissions, only 'allow' or 'deny' are "
                       "permitted");
    }
  }
  return rules;
}

std::optional<ResponseRules> read_responses(const ConfField& field, ConfReport& report) {
  if (field.value.is(Kind::boolean)) {
    if (!field.value.as_boolean()) return std::nullopt;
    return ResponseRules{};
  }
  if (!field.value.is(Kind::map)) {
    report.error(field.value, "error parsing response permissions, expected a boolean or a map");
    return std::nullopt;
  }
  ResponseRules rules;
  for (const ConfField& inner : field.value.fields()) {
    const std::string key = base::lower(inner.key);
    if (key == "max" || key == "max_msgs" || key == "max_messages" || key == "max_responses") {
      if (const auto value = report.integer(inner); value && *value != 0) rules.max = *value;
    } else if (key == "expires" || key == "expiration" || key == "ttl") {
      const auto value = report.duration_text(inner);
      if (value && *value != base::nanoseconds(0)) rules.expires = *value;
    } else if (!inner.used_as_variable) {
      report.error(inner.value, "Unknown field \"" + inner.key + "\" parsing permissions");
    }
  }
  return rules;
}

}  // namespace

PermissionRules read_permissions(const ConfField& block, ConfReport& report) {
  PermissionRules rules;
  if (!block.value.is(Kind::map)) {
    report.error(block.value,
                 "Expected permissions to be a map/struct, got " + go_text(block.value));
    return rules;
  }
  for (const ConfField& field : block.value.fields()) {
    const std::string key = base::lower(field.key);
    if (key == "pub" || key == "publish" || key == "import") {
      rules.publish = read_subject_rules(field, report);
    } else if (key == "sub" || key == "subscribe" || key == "export") {
      rules.subscribe = read_subject_rules(field, report);
    } else if (key == "publish_allow_responses" || key == "allow_responses") {
      rules.allow_responses = read_responses(field, report);
    } else if (!field.used_as_variable) {
      report.error(field.value, "Unknown field \"" + field.key + "\" parsing permissions");
    }
  }
  return rules;
}

}  // namespace broker
