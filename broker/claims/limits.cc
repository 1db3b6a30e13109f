#include "broker/claims/limits.h"

#include "base/text.h"
#include "broker/claims/networks.h"
#include "broker/claims/times.h"

#include <algorithm>

namespace broker {

namespace {

using contract::JsonReader;

void read_subjects(JsonReader& in, std::string_view key, ClaimedSubjects& out) {
  in.with(key,
          [&](JsonReader& subjects) { subjects.get("allow", out.allow).get("deny", out.deny); });
}

// A list, or one text with commas.
void read_sources(JsonReader& in, std::vector<std::string>& out) {
  const base::Json* field = in.find("src");
  if (field == nullptr || !field->is_text()) {
    in.get("src", out);
    return;
  }
  for (const std::string& part : base::split(base::lower(field->text()), ',')) {
    const auto network = base::trim(part);
    if (!network.empty()) out.emplace_back(network);
  }
}

}  // namespace

void read_permissions(JsonReader& in, ClaimedPermissions& out) {
  read_subjects(in, "pub", out.publish);
  read_subjects(in, "sub", out.subscribe);
  in.with("resp", [&](JsonReader& responses) {
    out.responses.emplace();
    responses.get("max", out.responses->most).get("ttl", out.responses->expires);
  });
}

void read_user_limits(JsonReader& in, UserLimits& out) {
  read_permissions(in, out.permissions);
  read_sources(in, out.sources);
  in.get("subs", out.subscriptions)
      .get("data", out.data)
      .get("payload", out.payload)
      .get("times_location", out.times_location)
      .get("bearer_token", out.bearer)
      .get("proxy_required", out.proxy_required)
      .get("allowed_connection_types", out.connection_types)
      .each("times", [&](JsonReader& range) {
        TimeRange& times = out.times.emplace_back();
        range.get("start", times.start).get("end", times.end);
      });
}

void check_permissions(const ClaimedPermissions& permissions, Issues& issues) {
  for (const auto& [subjects, queues] :
       {std::pair{&permissions.subscribe, true}, std::pair{&permissions.publish, false}}) {
    for (const std::string& subject : subjects->allow)
      check_permitted(subject, queues, issues);
    for (const std::string& subject : subjects->deny)
      check_permitted(subject, queues, issues);
  }
}

void check_user_limits(const UserLimits& limits, Issues& issues) {
  check_permissions(limits.permissions, issues);
  for (const std::string& network : limits.sources) {
    if (!is_network(network))
      issues.error("invalid cidr " + base::in_quotes(network) + " in user src limits");
  }
  for (const TimeRange& range : limits.times)
    check_time_range(range, issues);
  if (!limits.times_location.empty() && !is_time_zone(limits.times_location)) {
    issues.error("could not parse iana time zone by name: unknown time zone " +
                 limits.times_location);
  }
}

}  // namespace broker
