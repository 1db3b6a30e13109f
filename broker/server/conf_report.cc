#include "broker/server/conf_report.h"

#include "base/text.h"

#include <algorithm>
#include <limits>

namespace broker {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

std::string go_type(const ConfValue& value) {
  switch (value.kind()) {
    case Kind::text:
      return "string";
    case Kind::integer:
      return "int64";
    case Kind::real:
      return "float64";
    case Kind::boolean:
      return "bool";
    case Kind::time:
      return "time.Time";
    case Kind::list:
      return "[]interface {}";
    case Kind::map:
      return "map[string]interface {}";
  }
  return {};
}

std::string go_text(const ConfValue& value) {
  switch (value.kind()) {
    case Kind::integer:
      return std::to_string(value.as_integer());
    case Kind::boolean:
      return value.as_boolean() ? "true" : "false";
    case Kind::text:
    case Kind::time:
      return value.as_text();
    default:
      return go_type(value);
  }
}

void ConfReport::error(const ConfValue& at, const std::string& what) {
  errors.push_back(at.place().text() + ": " + what);
}

void ConfReport::warn(const ConfValue& at, const std::string& what) {
  warnings.push_back(at.place().text() + ": " + what);
}

void ConfReport::no_effect(const ConfField& field, const std::string& why) {
  notices.push_back(field.value.place().text() + ": \"" + field.key +
                    "\" has no effect in this broker" + (why.empty() ? "" : ": " + why));
}

void ConfReport::unknown(const ConfField& field) {
  if (!field.used_as_variable) error(field.value, "unknown field \"" + field.key + "\"");
}

void ConfReport::wrong_kind(const ConfValue& value, const std::string& wanted) {
  error(value, "interface conversion: interface {} is " + go_type(value) + ", not " + wanted);
}

std::optional<std::string> ConfReport::text(const ConfField& field) {
  if (field.value.is(Kind::text)) return field.value.as_text();
  wrong_kind(field.value, "string");
  return std::nullopt;
}

std::optional<std::int64_t> ConfReport::integer(const ConfField& field) {
  if (field.value.is(Kind::integer)) return field.value.as_integer();
  wrong_kind(field.value, "int64");
  return std::nullopt;
}

std::optional<int> ConfReport::small_integer(const ConfField& field) {
  const auto value = integer(field);
  if (!value) return std::nullopt;
  return static_cast<int>(std::clamp<std::int64_t>(
      *value, std::numeric_limits<int>::min(), std::numeric_limits<int>::max()));
}

std::optional<bool> ConfReport::boolean(const ConfField& field) {
  if (field.value.is(Kind::boolean)) return field.value.as_boolean();
  wrong_kind(field.value, "bool");
  return std::nullopt;
}

std::optional<base::nanoseconds> ConfReport::duration_text(const ConfField& field) {
  const auto value = text(field);
  if (!value) return std::nullopt;
  const auto duration = base::parse_duration(*value);
  if (duration) return *duration;
  error(field.value,
        "error parsing " + base::lower(field.key) + ": time: invalid duration \"" + *value + "\"");
  return std::nullopt;
}

std::optional<base::nanoseconds> ConfReport::duration(const ConfField& field) {
  if (field.value.is(Kind::text)) return duration_text(field);
  const std::string key = base::lower(field.key);
  warn(field.value,
       "invalid use of field \"" + key + "\": " + key + " should be converted to a duration");
  const auto seconds = integer(field);
  if (!seconds) return std::nullopt;
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max() / 1'000'000'000;
  return std::chrono::seconds(std::clamp(*seconds, -kMost, kMost));
}

std::optional<std::vector<std::string>> ConfReport::texts(const ConfField& field) {
  if (field.value.is(Kind::text)) return std::vector<std::string>{field.value.as_text()};
  if (!field.value.is(Kind::list)) {
    wrong_kind(field.value, "[]interface {}");
    return std::nullopt;
  }
  std::vector<std::string> out;
  for (const ConfValue& item : field.value.items()) {
    if (item.is(Kind::text)) {
      out.push_back(item.as_text());
    } else {
      wrong_kind(item, "string");
    }
  }
  return out;
}

const std::vector<ConfField>& ConfReport::map(const ConfField& field) {
  if (!field.value.is(Kind::map)) wrong_kind(field.value, "map[string]interface {}");
  return field.value.fields();
}

}  // namespace broker
