#include "plan/server_drain.h"

#include "base/text.h"

namespace plan {

namespace {

base::nanoseconds duration_in(const contract::ConfValue& conf,
                              std::string_view key,
                              base::nanoseconds otherwise) {
  const auto* value = conf.find(key);
  if (value == nullptr) return otherwise;
  if (value->is(contract::ConfValue::Kind::integer))
    return std::chrono::seconds(value->as_integer());
  if (!value->is(contract::ConfValue::Kind::text)) return otherwise;
  const auto duration = base::parse_duration(value->as_text());
  return duration ? *duration : otherwise;
}

}  // namespace

Policy::Drain drain_of(const contract::ConfValue& conf, const Policy::Drain& otherwise) {
  auto drain = otherwise;
  drain.duration = duration_in(conf, "lame_duck_duration", otherwise.duration);
  drain.grace = duration_in(conf, "lame_duck_grace_period", otherwise.grace);
  return drain;
}

}  // namespace plan
