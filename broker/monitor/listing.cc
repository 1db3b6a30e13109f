#include "broker/monitor/listing.h"

#include "contract/protocol.h"

namespace broker {

base::WallTime wall_now() {
  return std::chrono::time_point_cast<base::nanoseconds>(std::chrono::system_clock::now());
}

std::string age(base::WallTime since, base::WallTime until) {
  return base::format_uptime(std::chrono::duration_cast<std::chrono::seconds>(until - since));
}

std::string rtt_text(base::nanoseconds rtt) {
  return rtt.count() == 0 ? std::string{} : base::format_go_duration(rtt);
}

std::string shown_account(const SessionState& state) {
  return state.account == contract::kGlobalAccount ? std::string{} : state.account;
}

contract::ConnInfo connection_info(const SessionState& state, base::WallTime now) {
  const base::WallTime until = state.stop.value_or(now);
  contract::ConnInfo info;
  info.cid = state.id;
  info.ip = state.remote.ip;
  info.port = state.remote.port;
  info.start = state.start;
  info.last_activity = state.last_activity;
  info.stop = state.stop;
  if (state.stop) info.reason = to_string(state.reason);
  info.rtt = rtt_text(state.rtt);
  info.uptime = age(state.start, until);
  info.idle = age(state.last_activity, until);
  info.pending_bytes = static_cast<std::int64_t>(state.pending_bytes);
  info.in_msgs = static_cast<std::int64_t>(state.traffic.in_messages);
  info.out_msgs = static_cast<std::int64_t>(state.traffic.out_messages);
  info.in_bytes = static_cast<std::int64_t>(state.traffic.in_bytes);
  info.out_bytes = static_cast<std::int64_t>(state.traffic.out_bytes);
  info.subscriptions = static_cast<std::int64_t>(state.subscriptions);
  info.name = state.name;
  info.lang = state.lang;
  info.version = state.version;
  info.tls_version = state.tls_version;
  info.tls_cipher_suite = state.tls_cipher;
  return info;
}

std::vector<std::string> subjects_of(const SessionState& state) {
  std::vector<std::string> subjects;
  for (const SubscriptionState& subscription : state.subscription_list)
    subjects.push_back(subscription.subject);
  return subjects;
}

std::vector<contract::SubInfo> subscriptions_of(const SessionState& state) {
  std::vector<contract::SubInfo> infos;
  for (const SubscriptionState& subscription : state.subscription_list) {
    infos.push_back({.account = shown_account(state),
                     .subject = subscription.subject,
                     .qgroup = subscription.queue,
                     .sid = subscription.sid,
                     .msgs = subscription.delivered,
                     .max = subscription.max,
                     .cid = state.id});
  }
  return infos;
}

}  // namespace broker
