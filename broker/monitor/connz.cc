#include "base/text.h"
#include "broker/monitor/endpoints.h"
#include "broker/monitor/listing.h"
#include "broker/monitor/snapshot.h"
#include "broker/sessions/client_info.h"
#include "contract/monitoring.h"

#include <algorithm>

namespace broker {

namespace {

enum class Wanted { open, closed, both };

struct ConnzQuery {
  Page page;
  std::string sort;
  Wanted wanted = Wanted::open;
  Detail detail = Detail::none;
  bool auth = false;
  std::uint64_t cid = 0;
  std::string user;
  std::string account;
};

using Before = bool (*)(const SessionState&, const SessionState&);

// Whether `a` comes before `b`, for each sorting option.
struct Sorting {
  std::string_view name;
  Before before;
};

template <auto Key>
bool larger(const SessionState& a, const SessionState& b) {
  return Key(a) > Key(b);
}

constexpr Sorting kSortings[] = {
    {"cid", [](const SessionState& a, const SessionState& b) { return a.id < b.id; }},
    {"start", [](const SessionState& a, const SessionState& b) { return a.id < b.id; }},
    {"subs", larger<[](const SessionState& s) { return s.subscriptions; }>},
    {"pending", larger<[](const SessionState& s) { return s.pending_bytes; }>},
    {"msgs_to", larger<[](const SessionState& s) { return s.traffic.out_messages; }>},
    {"msgs_from", larger<[](const SessionState& s) { return s.traffic.in_messages; }>},
    {"bytes_to", larger<[](const SessionState& s) { return s.traffic.out_bytes; }>},
    {"bytes_from", larger<[](const SessionState& s) { return s.traffic.in_bytes; }>},
    {"last", larger<[](const SessionState& s) { return s.last_activity; }>},
    {"idle",
     [](const SessionState& a, const SessionState& b) {
       return a.last_activity < b.last_activity;
     }},
    {"uptime", [](const SessionState& a, const SessionState& b) { return a.start > b.start; }},
    {"stop", larger<[](const SessionState& s) { return s.stop; }>},
    {"reason",
     [](const SessionState& a, const SessionState& b) {
       return to_string(a.reason) < to_string(b.reason);
     }},
    {"rtt", larger<[](const SessionState& s) { return s.rtt; }>},
};

base::Error refused(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

base::Result<Wanted> read_state(const std::string& text) {
  const std::string state = base::lower(text);
  if (state.empty() || state == "open") return Wanted::open;
  if (state == "closed") return Wanted::closed;
  if (state == "any" || state == "all") return Wanted::both;
  return refused("Error decoding state for " + text);
}

base::Result<Detail> read_detail(const Query& query) {
  if (base::lower(query.text("subs")) == "detail") return Detail::full;
  return TRY(query.flag("subs")) ? Detail::subjects : Detail::none;
}

base::Result<ConnzQuery> read_query(const Query& query) {
  ConnzQuery result;
  result.sort = query.text("sort").empty() ? "cid" : query.text("sort");
  result.auth = TRY(query.flag("auth"));
  result.detail = TRY(read_detail(query));
  result.page = TRY(Page::of(query));
  result.cid = TRY(query.unsigned_integer("cid"));
  result.wanted = TRY(read_state(query.text("state")));
  result.user = query.text("user");
  result.account = query.text("acc");
  if (result.cid != 0) result.page = {.offset = 0, .limit = 1};
  const auto known =
      std::find_if(std::begin(kSortings), std::end(kSortings), [&](const Sorting& sorting) {
        return sorting.name == result.sort;
      });
  if (known == std::end(kSortings)) return refused("invalid sorting option: " + result.sort);
  if ((result.sort == "stop" || result.sort == "reason") && result.wanted != Wanted::closed) {
    return refused("sort by " + result.sort + " only valid on closed connections");
  }
  return result;
}

bool is_asked_for(const SessionState& state, const ConnzQuery& query) {
  return (query.cid == 0 || state.id == query.cid) &&
         (query.user.empty() || state.user == query.user) &&
         (query.account.empty() || state.account == query.account);
}

base::Result<std::vector<SessionState>> gather(const Monitored& monitored,
                                               const ConnzQuery& query) {
  std::vector<SessionState> all;
  if (query.wanted != Wanted::closed) {
    const auto listed =
        query.detail == Detail::none ? Subscriptions::left_out : Subscriptions::listed;
    all = TRY(client_states(monitored.server.workers(), listed));
  }
  if (query.wanted != Wanted::open) {
    for (SessionState& state : monitored.seen.closed.all())
      all.push_back(std::move(state));
  }
  std::erase_if(all, [&](const SessionState& state) { return !is_asked_for(state, query); });
  for (const Sorting& sorting : kSortings) {
    if (sorting.name != query.sort) continue;
    std::sort(all.begin(), all.end(), kSortings[0].before);
    std::stable_sort(all.begin(), all.end(), sorting.before);
  }
  return all;
}

contract::ConnInfo to_info(const SessionState& state, const ConnzQuery& query, base::WallTime now) {
  contract::ConnInfo info = connection_info(state, now);
  info.kind = "Client";
  info.type = client_type(state);
  if (query.auth) {
    info.authorized_user = state.user;
    info.account = shown_account(state);
    info.jwt = state.jwt;
    info.issuer_key = state.issuer_key;
    info.name_tag = state.name_tag;
    info.tags = state.tags;
  }
  if (query.detail == Detail::subjects) info.subscriptions_list = subjects_of(state);
  if (query.detail == Detail::full) info.subscriptions_list_detail = subscriptions_of(state);
  return info;
}

}  // namespace

base::Result<Answer> connz_page(const Monitored& monitored, const Query& query) {
  const ConnzQuery wanted = TRY(read_query(query));
  const std::vector<SessionState> all = TRY(gather(monitored, wanted));
  contract::Connz connz;
  connz.server_id = monitored.server.id();
  connz.now = wall_now();
  connz.total = static_cast<std::int64_t>(all.size());
  connz.offset = wanted.page.offset;
  connz.limit = wanted.page.limit;
  for (const SessionState& state : wanted.page.cut(all))
    connz.connections.push_back(to_info(state, wanted, connz.now));
  connz.num_connections = static_cast<std::int64_t>(connz.connections.size());
  return Answer::json(connz.to_json());
}

}  // namespace broker
