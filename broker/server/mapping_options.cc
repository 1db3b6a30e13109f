// What an account maps and limits.
#include "base/text.h"
#include "broker/server/account_options.h"
#include "broker/subjects/subject.h"

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

constexpr std::int64_t kAll = 100;

// 10, "10" or "10%".
bool read_weight(const ConfField& field, MappingDestination& to, ConfReport& report) {
  const ConfValue& value = field.value;
  std::int64_t weight = 0;
  if (value.is(Kind::integer)) {
    weight = value.as_integer();
  } else if (value.is(Kind::text)) {
    std::string text = value.as_text();
    if (text.ends_with('%')) text.pop_back();
    const auto number = base::parse_int(text);
    if (!number) {
      report.error(value, "Invalid weight " + base::in_quotes(text) + " for mapping destination");
      return false;
    }
    weight = *number;
  } else {
    report.error(value, "Unknown entry type for weight of " + go_text(value) + "\n");
    return false;
  }
  if (weight < 0 || weight > kAll) {
    report.error(value, "Invalid weight " + std::to_string(weight) + " for mapping destination");
    return false;
  }
  to.weight = static_cast<int>(weight);
  return true;
}

// A value of the wrong kind is told where the whole stands: so nats-server has it.
std::optional<std::string> text_of(const ConfField& field,
                                   const ConfValue& item,
                                   ConfReport& report) {
  if (field.value.is(Kind::text)) return field.value.as_text();
  report.error(item,
               "interface conversion: interface {} is " + go_type(field.value) + ", not string");
  return std::nullopt;
}

// { destination, weight, cluster }. Nothing, with an error, when it is not good.
std::optional<MappingDestination> read_destination(const ConfValue& item, ConfReport& report) {
  if (!item.is(Kind::map)) {
    report.error(item, "Expected an entry for the mapping destination");
    return std::nullopt;
  }
  MappingDestination to;
  bool weighed = false;
  for (const ConfField& field : item.fields()) {
    const std::string key = base::lower(field.key);
    if (key == "dest" || key == "destination") {
      const auto subject = text_of(field, item, report);
      if (!subject) return std::nullopt;
      to.subject = *subject;
    } else if (key == "weight") {
      if (!read_weight(field, to, report)) return std::nullopt;
      weighed = true;
    } else if (key == "cluster") {
      const auto cluster = text_of(field, item, report);
      if (!cluster) return std::nullopt;
      to.cluster = *cluster;
    } else {
      report.error(field.value,
                   "Unknown field " + base::in_quotes(field.key) + " for mapping destination");
      return std::nullopt;
    }
  }
  if (weighed) return to;
  report.error(item, "Missing weight for mapping destination " + base::in_quotes(to.subject));
  return std::nullopt;
}

void read_mapping(const ConfField& block,
                  const ConfField& field,
                  AccountRules& account,
                  ConfReport& report) {
  if (!is_valid_subject(field.key)) {
    return report.error(block.value,
                        "Subject " + base::in_quotes(field.key) + " is not a valid subject");
  }
  Mapping mapping{.source = field.key};
  std::string where = "Error adding mapping for " + base::in_quotes(field.key);
  if (field.value.is(Kind::text)) {
    mapping.destinations = {{.subject = field.value.as_text()}};
    where += " to " + base::in_quotes(field.value.as_text());
  } else if (field.value.is(Kind::list)) {
    for (const ConfValue& item : field.value.items()) {
      if (auto to = read_destination(item, report)) mapping.destinations.push_back(*std::move(to));
    }
  } else {
    auto to = read_destination(field.value, report);
    if (!to) return;
    mapping.destinations.push_back(*std::move(to));
  }
  SubjectMappings tried;
  if (const auto added = tried.add(mapping); !added)
    return report.error(field.value, where + " : " + added.error().what);
  account.mappings.push_back(std::move(mapping));
}

}  // namespace

void read_mappings(const ConfField& field, AccountRules& account, ConfReport& report) {
  for (const ConfField& each : report.map(field))
    read_mapping(field, each, account, report);
}

void read_account_limits(const ConfField& field, AccountRules& account, ConfReport& report) {
  if (!field.value.is(Kind::map)) {
    return report.error(field.value,
                        "Expected account limits to be a map/struct, got " + go_text(field.value));
  }
  for (const ConfField& inner : field.value.fields()) {
    const std::string key = base::lower(inner.key);
    AccountLimits& limits = account.limits;
    std::int64_t* place = nullptr;
    if (key == "max_connections" || key == "max_conn") place = &limits.max_connections;
    if (key == "max_subscriptions" || key == "max_subs") place = &limits.max_subscriptions;
    if (key == "max_payload" || key == "max_pay") place = &limits.max_payload;
    if (key == "max_leafnodes" || key == "max_leafs") place = &limits.max_leafnodes;
    if (place != nullptr) {
      *place = report.integer(inner).value_or(*place);
    } else if (!inner.used_as_variable) {
      report.error(inner.value,
                   "Unknown field " + base::in_quotes(inner.key) + " parsing account limits");
    }
  }
}

}  // namespace broker
