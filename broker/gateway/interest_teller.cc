#include "broker/gateway/interest_teller.h"

#include "broker/gateway/commands.h"
#include "broker/protocol/lines.h"
#include "contract/server_info.h"

namespace broker {

InterestTeller::InterestTeller(Worker& worker, InterestBook& book, std::string cluster, Say say)
    : worker_(worker), book_(book), cluster_(std::move(cluster)), say_(std::move(say)) {}

void InterestTeller::begin() {
  listening_ = true;
  book_.listen(*this, nullptr);
  flush();
}

bool InterestTeller::tell_all(const Account& account) {
  {
    const std::lock_guard lock(mutex_);
    Wanted& wanted = wanted_[account.index()];
    wanted.name = account.name();
    if (wanted.told) return false;
    wanted.told = true;
    gathered_ += command(kAllSubscriptionsFollow, wanted.name);
    for (const auto& [key, members] : wanted.members) {
      if (key.second.empty()) gather(wanted, key, true);
    }
    gathered_ += command(kThoseWereAll, wanted.name);
  }
  flush();
  return true;
}

void InterestTeller::stop() {
  if (listening_) book_.forget(*this);
  listening_ = false;
  say_ = nullptr;
}

std::vector<AccountInterest> InterestTeller::accounts() const {
  const std::lock_guard lock(mutex_);
  std::vector<AccountInterest> all;
  for (const auto& [index, wanted] : wanted_) {
    if (wanted.told) all.push_back({.name = wanted.name, .mode = InterestMode::interest_only});
  }
  return all;
}

// Services that an account imports are no interest of its own: the requester's server knows them.
void InterestTeller::on_change(const InterestChange& change) {
  if (change.holder.kind == Holder::Kind::service) return;
  {
    const std::lock_guard lock(mutex_);
    Wanted& wanted = wanted_[change.account.index()];
    wanted.name = change.account.name();
    Key key(change.subject, change.queue);
    std::int32_t& members = wanted.members[key];
    const bool was_wanted = members > 0;
    members += change.change;
    const bool is_wanted = members > 0;
    if (!is_wanted) wanted.members.erase(key);
    if (was_wanted == is_wanted) return;
    if (key.second.empty() && !wanted.told) return;
    gather(wanted, key, is_wanted);
  }
  // Shared ownership: the session may be gone when its worker gets to this.
  if (!waiting_.exchange(true))
    worker_.post([self = shared_from_this()](Worker&) { self->flush(); });
}

void InterestTeller::gather(const Wanted& wanted, const Key& key, bool is_wanted) {
  gathered_ += is_wanted ? rs_plus_line(wanted.name, key.first, key.second, 1)
                         : rs_minus_line(wanted.name, key.first, key.second);
}

void InterestTeller::flush() {
  waiting_ = false;
  std::string lines;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(gathered_);
  }
  if (!lines.empty() && say_) say_(lines);
}

std::string InterestTeller::command(int number, const std::string& account) const {
  contract::ServerInfo info;
  info.gateway = cluster_;
  info.gateway_cmd = number;
  info.gateway_cmd_payload = account;
  return info_line(to_json(info).dump());
}

}  // namespace broker
