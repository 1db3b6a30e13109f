#include "broker/monitor/endpoints.h"
#include "broker/monitor/listing.h"
#include "broker/monitor/snapshot.h"

#include <algorithm>

namespace broker {

namespace {

using base::Json;

Json to_json(const LeafState& leaf, bool with_subjects) {
  const SessionState& state = leaf.session;
  Json json = Json::object({{"name", leaf.server}, {"is_spoke", leaf.is_spoke}});
  if (leaf.isolated) json.set("is_isolated", true);
  json.set("account", state.account);
  json.set("ip", state.remote.ip);
  json.set("port", state.remote.port);
  json.set("rtt", rtt_text(state.rtt));
  json.set("in_msgs", state.traffic.in_messages);
  json.set("out_msgs", state.traffic.out_messages);
  json.set("in_bytes", state.traffic.in_bytes);
  json.set("out_bytes", state.traffic.out_bytes);
  json.set("subscriptions", state.subscriptions);
  if (with_subjects && state.subscriptions > 0) json.set("subscriptions_list", subjects_of(state));
  json.set("compression", "not supported");
  return json;
}

}  // namespace

base::Result<Answer> leafz_page(const Monitored& monitored, const Query& query) {
  const bool with_subjects = TRY(query.flag("subs"));
  const std::string account = query.text("acc");
  const auto listed = with_subjects ? Subscriptions::listed : Subscriptions::left_out;
  std::vector<LeafState> leafs = TRY(leaf_states(monitored.server.workers(), listed));
  if (!account.empty()) {
    std::erase_if(leafs, [&](const LeafState& leaf) { return leaf.session.account != account; });
  }
  std::sort(leafs.begin(), leafs.end(), [](const LeafState& a, const LeafState& b) {
    return a.session.id < b.session.id;
  });
  Json list = Json::array();
  for (const LeafState& leaf : leafs)
    list.push(to_json(leaf, with_subjects));
  return Answer::json(Json::object({{"server_id", monitored.server.id()},
                                    {"now", base::format_time(wall_now())},
                                    {"leafnodes", leafs.size()},
                                    {"leafs", std::move(list)}}));
}

}  // namespace broker
