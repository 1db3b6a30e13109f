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
