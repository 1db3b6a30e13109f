#include "broker/monitor/endpoints.h"
#include "broker/monitor/listing.h"
#include "broker/subjects/subject.h"
#include "contract/monitoring.h"

namespace broker {

namespace {

contract::SubInfo to_info(const Account& account, const Subscription& subscription) {
  contract::SubInfo info;
  info.account = account.name();
  if (const auto* imported = subscription.imported.get()) info.account = imported->importer;
  info.subject = subscription.subject;
  info.qgroup = subscription.queue;
  info.sid = subscription.sid;
  info.msgs = subscription.delivered;
  info.max = subscription.max;
  if (subscription.to != nullptr) info.cid = subscription.to->id;
  return info;
}

}  // namespace

// Of the statistics only what is there now is counted: how often answers came from a cache is each
// worker's own affair, and stays 0.
base::Result<Answer> subsz_page(const Monitored& monitored, const Query& query) {
  const bool listed = TRY(query.flag("subs"));
  const Page page = TRY(Page::of(query));
  const std::string test = query.text("test");
  const std::string wanted = query.text("acc");
  if (!test.empty() && !is_literal_subject(test)) {
    return base::Error(base::ErrorCode::invalid,
                       "invalid test subject, must be valid publish subject: " + test);
  }
  contract::Subsz subsz;
  std::vector<contract::SubInfo> all;
  for (const Account* account : monitored.server.accounts().all()) {
    if (!wanted.empty() && account->name() != wanted) continue;
    subsz.num_subscriptions += static_cast<std::int64_t>(account->subscriptions().size());
    if (!listed && test.empty()) continue;
    account->subscriptions().for_each([&](const Subscription& subscription) {
      if (test.empty() || matches(subscription.subject, test))
        all.push_back(to_info(*account, subscription));
    });
  }
  subsz.num_inserts = subsz.num_subscriptions;
  if (listed || !test.empty()) {
    subsz.page = contract::SubszPage{.server_id = monitored.server.id(),
                                     .now = wall_now(),
                                     .total = static_cast<std::int64_t>(all.size()),
                                     .offset = page.offset,
                                     .limit = page.limit,
                                     .subscriptions_list = page.cut(all)};
  }
  return Answer::json(subsz.to_json());
}

}  // namespace broker
