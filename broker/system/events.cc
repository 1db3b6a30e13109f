#include "broker/system/events.h"

#include "broker/monitor/listing.h"
#include "broker/monitor/snapshot.h"
#include "broker/sessions/client_info.h"

#include <thread>

namespace broker {

namespace {

using base::Json;

constexpr std::size_t kEventIdLetters = 22;

Json typed(const Desk& desk, std::string_view type) {
  return Json::object({{"type", "io.nats.server.advisory.v1." + std::string(type)},
                       {"id", random_token(kEventIdLetters)},
                       {"timestamp", base::format_time(wall_now())},
                       {"server", desk.stamp.next()}});
}

Json traffic(std::uint64_t messages, std::uint64_t bytes) {
  return Json::object({{"msgs", messages}, {"bytes", bytes}});
}

// As an event tells of a client: its server is said beside it.
Json client_json(const SessionState& client) {
  return client_info(client, Disclosure::everything, {});
}

Json route_json(const RouteState& route) {
  const SessionState& state = route.session;
  return Json::object({{"rid", state.id},
                       {"name", route.remote_name},
                       {"sent", traffic(state.traffic.out_messages, state.traffic.out_bytes)},
                       {"received", traffic(state.traffic.in_messages, state.traffic.in_bytes)},
                       {"pending", static_cast<std::int64_t>(state.pending_bytes)}});
}

// One for each cluster that we send to, with all that comes from it.
Json gateways_json(const std::vector<GatewayState>& gateways) {
  Json list = Json::array();
  for (const GatewayState& out : gateways) {
    if (!out.outbound) continue;
    Traffic received;
    int inbound = 0;
    for (const GatewayState& in : gateways) {
      if (in.outbound || in.cluster != out.cluster) continue;
      received += in.session.traffic;
      ++inbound;
    }
    const Traffic& sent = out.session.traffic;
    list.push(Json::object({{"gwid", out.session.id},
                            {"name", out.cluster},
                            {"sent", traffic(sent.out_messages, sent.out_bytes)},
                            {"received", traffic(received.in_messages, received.in_bytes)},
                            {"inbound_connections", inbound}}));
  }
  return list;
}

}  // namespace

Json connect_event(const Desk& desk, const SessionState& client) {
  SessionState fresh = client;
  fresh.rtt = {};  // not measured yet
  Json event = typed(desk, "client_connect");
  event.set("client", client_json(fresh));
  return event;
}

// "sent" and "received" are meant from the client's side.
Json disconnect_event(const Desk& desk, const SessionState& client, std::string_view reason) {
  SessionState gone = client;
  if (!gone.stop) gone.stop = wall_now();
  Json event = typed(desk, "client_disconnect");
  event.set("client", client_json(gone));
  event.set("sent", traffic(client.traffic.in_messages, client.traffic.in_bytes));
  event.set("received", traffic(client.traffic.out_messages, client.traffic.out_bytes));
  event.set("reason", reason);
  return event;
}

Json connections_event(const Desk& desk, Account& account, const AccountActivity& activity) {
  Json event = typed(desk, "account_connections");
  event.set("acc", account.name());
  event.set("conns", account.clients().load());
  event.set("leafnodes", account.leafs().load());
  event.set("total_conns", account.clients().load() + account.leafs().load());
  event.set("num_subscriptions", static_cast<std::int64_t>(account.subscriptions().size()));
  event.set("sent", traffic(activity.traffic.out_messages, activity.traffic.out_bytes));
  event.set("received", traffic(activity.traffic.in_messages, activity.traffic.in_bytes));
  event.set("slow_consumers", activity.slow_consumers);
  return event;
}

base::Result<Json> statistics_event(const Desk& desk) {
  Server& server = desk.server;
  const Counters counters = TRY(total_counters(server.workers()));
  const auto routes = TRY(route_states(server.workers(), Subscriptions::left_out));
  std::int64_t active = 0;
  std::int64_t subscriptions = 0;
  for (Account* account : server.accounts().all()) {
    active += account->clients() > 0 ? 1 : 0;
    subscriptions += static_cast<std::int64_t>(account->subscriptions().size());
  }
  Json statistics =
      Json::object({{"start", base::format_time(server.started())},
                    {"mem", desk.seen.usage.resident_bytes()},
                    {"cores", static_cast<int>(std::thread::hardware_concurrency())},
                    {"cpu", desk.seen.usage.cpu_percent()},
                    {"connections", server.clients().connected().load()},
                    {"total_connections", server.clients().total().load()},
                    {"active_accounts", active},
                    {"subscriptions", subscriptions},
                    {"sent", traffic(counters.total.out_messages, counters.total.out_bytes)},
                    {"received", traffic(counters.total.in_messages, counters.total.in_bytes)},
                    {"slow_consumers",
                     counters.slow_clients + counters.slow_routes + counters.slow_leafs +
                         counters.slow_gateways}});
  if (!routes.empty()) {
    Json list = Json::array();
    for (const RouteState& route : routes)
      list.push(route_json(route));
    statistics.set("routes", std::move(list));
  }
  const Json gateways = gateways_json(TRY(gateway_states(server.workers())));
  if (!gateways.items().empty()) statistics.set("gateways", gateways);
  statistics.set("active_servers", static_cast<std::int64_t>(routes.size() + 1));
  return Json::object({{"server", desk.stamp.next()}, {"statsz", std::move(statistics)}});
}

}  // namespace broker
