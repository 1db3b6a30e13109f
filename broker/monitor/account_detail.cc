// One account as /accountz?acc=... shows it.
#include "broker/monitor/account_detail.h"

#include "contract/monitoring.h"

#include <array>

namespace broker {

namespace {

using base::Json;

const char* name_of(ResponseType response) {
  switch (response) {
    case ResponseType::single:
      return "Singleton";
    case ResponseType::stream:
      return "Streamed";
    case ResponseType::chunked:
      return "Chunked";
  }
  return "";
}

Json latency_json(const LatencySampling& latency) {
  Json json = Json::object();
  if (latency.percent == 0) {
    json.set("sampling", "headers");
  } else {
    json.set("sampling", latency.percent);
  }
  json.set("results", latency.subject);
  return json;
}

void add_access(Json& json, const ExportAccess& access) {
  if (access.by_token) json.set("token_req", true);
  if (!access.accounts.empty()) json.set("approved_accounts", access.accounts);
}

// What every server's system account serves. Source: nats-server server/events.go
void add_system_exports(Json& exports) {
  static constexpr std::array<std::pair<const char*, const char*>, 4> kRows = {
      {{"$SYS.REQ.ACCOUNT.*.CONNZ", "Streamed"},
       {"$SYS.REQ.ACCOUNT.*.STATZ", "Streamed"},
       {"$SYS.REQ.USER.*.INFO", "Singleton"},
       {"$SYS.DEBUG.SUBSCRIBERS", "Singleton"}}};
  for (const auto& [subject, response] : kRows) {
    exports.push(
        Json::object({{"subject", subject}, {"type", "service"}, {"response_type", response}}));
  }
}

Json exports_json(const AccountRules& rules, bool is_system) {
  Json exports = Json::array();
  for (const ServiceExport& each : rules.service_exports) {
    Json json = Json::object({{"subject", each.subject},
                              {"type", "service"},
                              {"response_type", name_of(each.response)}});
    if (each.latency) json.set("service_latency", latency_json(*each.latency));
    add_access(json, each.access);
    exports.push(std::move(json));
  }
  if (is_system) add_system_exports(exports);
  for (const StreamExport& each : rules.stream_exports) {
    Json json = Json::object({{"subject", each.subject}, {"type", "stream"}});
    add_access(json, each.access);
    exports.push(std::move(json));
  }
  return exports;
}

Json service_import(const Subscription& subscription) {
  const Crossing& crossing = *subscription.crossing;
  const std::string there =
      crossing.outward ? without_placeholders(crossing.outward->destination()) : crossing.subject;
  Json json = Json::object({{"subject", there.empty() ? subscription.subject : there},
                            {"account", crossing.to->name()},
                            {"to", subscription.subject},
                            {"local_subject", subscription.subject},
                            {"type", "service"},
                            {"invalid", false},
                            {"share", crossing.disclosure == Disclosure::everything},
                            {"tracking", false}});
  if (crossing.latency) json.set("latency", latency_json(*crossing.latency));
  return json;
}

// The system account's services among them.
Json imports_json(const Account& account, const AccountShape& shape) {
  Json imports = Json::array();
  for (const auto& [from, stream] : shape.streams) {
    imports.push(Json::object({{"subject", stream->there},
                               {"account", from->name()},
                               {"local_subject", stream->here},
                               {"type", "stream"},
                               {"invalid", false},
                               {"share", false},
                               {"tracking", false}}));
  }
  account.subscriptions().for_each([&](const Subscription& subscription) {
    if (subscription.crossing != nullptr && subscription.crossing->from != nullptr)
      imports.push(service_import(subscription));
  });
  return imports;
}

void add_shares(Json& to,
                const std::vector<SubjectMappings::Share>& shares,
                const std::string& cluster) {
  for (const auto& share : shares) {
    Json json = Json::object({{"subject", share.transform.destination()}, {"weight", share.up_to}});
    if (!cluster.empty()) json.set("cluster", cluster);
    to.push(std::move(json));
  }
}

// Weights as they are drawn from: each with those before it.
Json mappings_json(const SubjectMappings& mappings) {
  Json json = Json::object();
  for (const auto& rule : mappings.rules()) {
    Json destinations = Json::array();
    add_shares(destinations, rule.shares, {});
    for (const auto& [cluster, shares] : rule.by_cluster)
      add_shares(destinations, shares, cluster);
    json.set(rule.source, std::move(destinations));
  }
  return json;
}

Json issues_json(const Issues& issues) {
  Json list = Json::array();
  for (const Issue& issue : issues.list) {
    list.push(Json::object({{"description", issue.text},
                            {"blocking", issue.kind == Issue::Kind::error},
                            {"time_check", issue.kind == Issue::Kind::time}}));
  }
  return list;
}

// What a JWT says of an account.
void add_claims(Json& detail, const KnownClaims& known, std::int64_t now) {
  const Claims& claims = known.claims.claims;
  detail.set("update_time", base::format_time(known.updated));
  detail.set("expired", known.claims.is_expired(now));
  detail.set("jwt", known.token);
  detail.set("issuer_key", claims.issuer);
  if (!claims.name.empty()) detail.set("name_tag", claims.name);
  if (!claims.tags.empty()) detail.set("tags", claims.tags);
  detail.set("decoded_jwt", claims.body);
  const Issues issues = check(known.claims, now);
  if (!issues.list.empty()) detail.set("validation_result_jwt", issues_json(issues));
  if (known.claims.revocations.empty()) return;
  Json revoked = Json::object();
  for (const auto& [user, since] : known.claims.revocations) {
    revoked.set(user, base::format_time(base::WallTime(std::chrono::seconds(since))));
  }
  detail.set("revoked_user", std::move(revoked));
}

}  // namespace

Json account_detail(const Monitored& monitored, Account& account) {
  const auto shape = account.shape();
  const bool is_system = &account == &monitored.server.accounts().system();
  const auto subscriptions = static_cast<std::int64_t>(account.subscriptions().size());
  contract::Subsz stats;
  stats.num_subscriptions = subscriptions;
  stats.num_inserts = subscriptions;
  Json json = Json::object({{"account_name", account.name()},
                            {"update_time", base::format_time(monitored.server.started())}});
  if (is_system) json.set("is_system", true);
  json.set("expired", false);
  json.set("complete", true);
  json.set("jetstream_enabled", false);
  json.set("leafnode_connections", account.leafs().load());
  json.set("client_connections", account.clients().load());
  json.set("subscriptions", subscriptions);
  if (shape->mappings != nullptr) json.set("mappings", mappings_json(*shape->mappings));
  Json exports = exports_json(shape->rules, is_system);
  if (!exports.items().empty()) json.set("exports", std::move(exports));
  Json imports = imports_json(account, *shape);
  if (!imports.items().empty()) json.set("imports", std::move(imports));
  const auto known = account.claims();
  const auto trusted = monitored.server.trusted();
  if (known != nullptr && trusted != nullptr) add_claims(json, *known, trusted->now_seconds());
  json.set("sublist_stats", stats.to_json());
  return json;
}

}  // namespace broker
