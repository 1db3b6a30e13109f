#include "base/text.h"
#include "broker/monitor/account_detail.h"
#include "broker/monitor/endpoints.h"
#include "broker/monitor/listing.h"
#include "broker/monitor/snapshot.h"

#include <algorithm>

namespace broker {

namespace {

using base::Json;

Json page_head(const Monitored& monitored) {
  return Json::object(
      {{"server_id", monitored.server.id()}, {"now", base::format_time(wall_now())}});
}

Json traffic(std::uint64_t messages, std::uint64_t bytes) {
  return Json::object({{"msgs", messages}, {"bytes", bytes}});
}

Json account_stats(Account& account, const Traffic& total) {
  return Json::object(
      {{"acc", account.name()},
       {"conns", account.clients().load()},
       {"leafnodes", account.leafs().load()},
       {"total_conns", account.clients().load() + account.leafs().load()},
       {"num_subscriptions", static_cast<std::int64_t>(account.subscriptions().size())},
       {"sent", traffic(total.out_messages, total.out_bytes)},
       {"received", traffic(total.in_messages, total.in_bytes)},
       {"slow_consumers", 0}});
}

}  // namespace

base::Result<Answer> accountz_page(const Monitored& monitored, const Query& query) {
  Json page = page_head(monitored);
  page.set("system_account", monitored.server.accounts().system().name());
  AccountTable& accounts = monitored.server.accounts();
  if (const std::string name = query.text("acc"); !name.empty()) {
    Account* account = accounts.find(name);
    if (account == nullptr) {
      return base::Error(base::ErrorCode::not_found, "Account " + name + " does not exist");
    }
    page.set("account_detail", account_detail(monitored, *account));
    return Answer::json(page);
  }
  std::vector<std::string> names;
  for (const Account* account : accounts.all())
    names.push_back(account->name());
  std::sort(names.begin(), names.end());
  page.set("accounts", names);
  return Answer::json(page);
}

// The traffic is that of the clients and leaf nodes connected now.
base::Result<Answer> accstatz_page(const Monitored& monitored, const Query& query) {
  const bool unused = TRY(query.flag("unused"));
  // Only in the system account's form of this page.
  const auto wanted = query.text("accs").empty() ? std::vector<std::string>{}
                                                 : base::split(query.text("accs"), ',');
  const auto is_wanted = [&](const std::string& name) {
    return wanted.empty() || std::find(wanted.begin(), wanted.end(), name) != wanted.end();
  };
  std::map<std::string, Traffic> totals;
  for (const SessionState& client :
       TRY(client_states(monitored.server.workers(), Subscriptions::left_out))) {
    totals[client.account] += client.traffic;
  }
  for (const LeafState& leaf :
       TRY(leaf_states(monitored.server.workers(), Subscriptions::left_out))) {
    totals[leaf.session.account] += leaf.session.traffic;
  }
  Json list = Json::array();
  for (Account* account : monitored.server.accounts().all()) {
    const bool used = account->clients() > 0 || account->leafs() > 0;
    if (is_wanted(account->name()) && (unused || used))
      list.push(account_stats(*account, totals[account->name()]));
  }
  Json page = page_head(monitored);
  page.set("account_statz", std::move(list));
  return Answer::json(page);
}

base::Result<Answer> jsz_page(const Monitored& monitored, const Query& query) {
  if (TRY(query.flag("leader-only"))) {
    return base::Error(base::ErrorCode::refused, "filtered response: not leader");
  }
  Json page = page_head(monitored);
  page.set("disabled", true);
  page.set("config", Json::object({{"max_memory", 0}, {"max_storage", 0}}));
  for (const char* name :
       {"memory", "storage", "reserved_memory", "reserved_storage", "accounts", "ha_assets"}) {
    page.set(name, 0);
  }
  page.set("api", Json::object({{"total", 0}, {"errors", 0}}));
  for (const char* name : {"streams", "consumers", "messages", "bytes"})
    page.set(name, 0);
  return Answer::json(page);
}

base::Result<Answer> ipqueuesz_page(const Monitored&, const Query&) {
  return Answer::json(Json::object());
}

base::Result<Answer> raftz_page(const Monitored&, const Query&) {
  return Answer::text(404, "No Raft nodes registered");
}

}  // namespace broker
