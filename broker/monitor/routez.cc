#include "base/text.h"
#include "broker/monitor/endpoints.h"
#include "broker/monitor/listing.h"
#include "broker/monitor/snapshot.h"
#include "contract/monitoring.h"

#include <algorithm>

namespace broker {

namespace {

contract::RouteInfo to_info(const RouteState& route, Detail detail, base::WallTime now) {
  const SessionState& state = route.session;
  contract::RouteInfo info;
  info.rid = state.id;
  info.remote_id = route.remote_id;
  info.remote_name = route.remote_name;
  info.did_solicit = route.did_solicit;
  info.is_configured = route.is_configured;
  info.ip = state.remote.ip;
  info.port = state.remote.port;
  info.start = state.start;
  info.last_activity = state.last_activity;
  info.import = route.import_permissions;
  info.export_ = route.export_permissions;
  info.rtt = rtt_text(state.rtt);
  info.uptime = age(state.start, now);
  info.idle = age(state.last_activity, now);
  info.pending_size = static_cast<std::int64_t>(state.pending_bytes);
  info.in_msgs = static_cast<std::int64_t>(state.traffic.in_messages);
  info.out_msgs = static_cast<std::int64_t>(state.traffic.out_messages);
  info.in_bytes = static_cast<std::int64_t>(state.traffic.in_bytes);
  info.out_bytes = static_cast<std::int64_t>(state.traffic.out_bytes);
  info.subscriptions = static_cast<std::int64_t>(state.subscriptions);
  if (detail == Detail::subjects) info.subscriptions_list = subjects_of(state);
  if (detail == Detail::full) info.subscriptions_list_detail = subscriptions_of(state);
  info.compression = route.compression;
  return info;
}

}  // namespace

base::Result<Answer> routez_page(const Monitored& monitored, const Query& query) {
  const bool full = base::lower(query.text("subs")) == "detail";
  const Detail detail = full                      ? Detail::full
                        : TRY(query.flag("subs")) ? Detail::subjects
                                                  : Detail::none;
  const auto listed = detail == Detail::none ? Subscriptions::left_out : Subscriptions::listed;
  std::vector<RouteState> routes = TRY(route_states(monitored.server.workers(), listed));
  std::sort(routes.begin(), routes.end(), [](const RouteState& a, const RouteState& b) {
    return a.session.id < b.session.id;
  });

  const ClusterSettings& settings = monitored.server.options()->cluster;
  contract::Routez routez;
  routez.server_id = monitored.server.id();
  routez.server_name = monitored.server.name();
  routez.now = wall_now();
  routez.import = settings.import_permissions;
  routez.export_ = settings.export_permissions;
  routez.num_routes = static_cast<std::int64_t>(routes.size());
  for (const RouteState& route : routes)
    routez.routes.push_back(to_info(route, detail, routez.now));
  return Answer::json(routez.to_json());
}

}  // namespace broker
