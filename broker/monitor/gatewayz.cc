#include "base/text.h"
#include "broker/monitor/endpoints.h"
#include "broker/monitor/listing.h"
#include "broker/monitor/snapshot.h"
#include "contract/monitoring.h"

#include <algorithm>

namespace broker {

namespace {

using base::Json;

// After so many refused subjects a peer would tell all it wants. No server since 2.9 refuses any.
constexpr int kThreshold = 1000;

struct GatewayzQuery {
  std::string cluster;
  std::string account;
  bool accounts = false;
  Detail detail = Detail::none;
};

base::Result<GatewayzQuery> read_gatewayz_query(const Query& query) {
  GatewayzQuery result;
  const bool full = base::lower(query.text("subs")) == "detail";
  result.detail = full ? Detail::full : TRY(query.flag("subs")) ? Detail::subjects : Detail::none;
  result.accounts = TRY(query.flag("accs"));
  result.cluster = query.text("gw_name");
  result.account = query.text("acc_name");
  result.accounts = result.accounts || !result.account.empty();
  return result;
}

// Subscriptions of other clusters have neither a name of their client's nor a count.
Json subscription_detail(const Subscription& subscription, std::uint64_t cid) {
  return contract::SubInfo{
      .subject = subscription.subject, .qgroup = subscription.queue, .cid = cid}
      .to_json();
}

Json account_interest(const AccountInterest& account, Detail detail, std::uint64_t cid) {
  Json json = Json::object({{"name", account.name}, {"interest_mode", to_string(account.mode)}});
  if (account.no_interest > 0) json.set("no_interest_count", account.no_interest);
  json.set("interest_only_threshold", kThreshold);
  if (account.subscriptions.empty()) return json;
  json.set("num_subs", account.subscriptions.size());
  if (account.queues > 0) json.set("num_queue_subs", account.queues);
  if (detail == Detail::none) return json;
  Json list = Json::array();
  for (const SubscriptionPtr& each : account.subscriptions)
    list.push(detail == Detail::full ? subscription_detail(*each, cid) : Json(each->subject));
  json.set(detail == Detail::full ? "subscriptions_list_detail" : "subscriptions_list",
           std::move(list));
  return json;
}

Json connection(const GatewayState& gateway, bool configured, const GatewayzQuery& query) {
  contract::ConnInfo info = connection_info(gateway.session, wall_now());
  info.kind = "Gateway";
  info.version.clear();
  Json json = Json::object({{"configured", configured}, {"connection", info.to_json()}});
  if (!query.accounts) return json;
  Json accounts = Json::array();
  for (const AccountInterest& account : gateway.accounts) {
    if (query.account.empty() || query.account == account.name)
      accounts.push(account_interest(account, query.detail, gateway.session.id));
  }
  if (!accounts.items().empty()) json.set("accounts", std::move(accounts));
  return json;
}

bool is_configured(const Gateways& gateways, const std::string& cluster) {
  const auto known = gateways.known();
  return std::any_of(known.begin(), known.end(), [&](const KnownCluster& each) {
    return each.name == cluster && each.configured;
  });
}

Json outbound(const Gateways& gateways,
              const std::vector<GatewayState>& states,
              const GatewayzQuery& query) {
  Json all = Json::object();
  bool any = false;
  for (const GatewayState& state : states) {
    if (!state.outbound || (!query.cluster.empty() && state.cluster != query.cluster)) continue;
    all.set(state.cluster, connection(state, is_configured(gateways, state.cluster), query));
    any = true;
  }
  return any || query.cluster.empty() ? all : Json();
}

Json inbound(const std::vector<GatewayState>& states, const GatewayzQuery& query) {
  std::map<std::string, Json> clusters;
  for (const GatewayState& state : states) {
    if (state.outbound || (!query.cluster.empty() && state.cluster != query.cluster)) continue;
    clusters.try_emplace(state.cluster, Json::array())
        .first->second.push(connection(state, false, query));
  }
  Json all = Json::object();
  for (auto& [cluster, list] : clusters)
    all.set(cluster, std::move(list));
  return all;
}

}  // namespace

base::Result<Answer> gatewayz_page(const Monitored& monitored, const Query& query) {
  const GatewayzQuery wanted = TRY(read_gatewayz_query(query));
  Json page =
      Json::object({{"server_id", monitored.server.id()}, {"now", base::format_time(wall_now())}});
  const Gateways* gateways = monitored.server.gateways();
  if (gateways == nullptr) {
    page.set("outbound_gateways", Json::object());
    page.set("inbound_gateways", Json::object());
    return Answer::json(page);
  }
  const contract::ServerInfo info = gateways->info();
  page.set("name", info.gateway);
  page.set("host", info.host);
  page.set("port", info.port);
  std::vector<GatewayState> states = TRY(gateway_states(monitored.server.workers()));
  std::sort(states.begin(), states.end(), [](const GatewayState& a, const GatewayState& b) {
    return a.session.id < b.session.id;
  });
  page.set("outbound_gateways", outbound(*gateways, states, wanted));
  page.set("inbound_gateways", inbound(states, wanted));
  return Answer::json(page);
}

}  // namespace broker
