#include "broker/system/system.h"

#include "base/log.h"
#include "base/text.h"
#include "broker/exchange/service_latency.h"
#include "broker/monitor/snapshot.h"
#include "broker/system/claims.h"

namespace broker {

namespace {

using base::Json;

// The first statistics come soon, then half as often each time. Source: nats-server
// server/events.go (startStatszTimer, statsHBInterval, eventsHBInterval)
constexpr base::nanoseconds kFirstStatistics = std::chrono::milliseconds(250);
constexpr base::nanoseconds kStatisticsInterval = std::chrono::seconds(10);
constexpr base::nanoseconds kConnectionsInterval = std::chrono::seconds(30);

// The account in "$SYS.REQ.ACCOUNT.<account>.NAME".
std::string account_in(const std::string& subject) {
  const auto tokens = base::split(subject, '.');
  return tokens.size() == 5 ? tokens[3] : std::string{};
}

bool is_unused(Account& account) {
  return account.clients() == 0 && account.leafs() == 0;
}

bool is_slow(CloseReason reason) {
  return reason == CloseReason::slow_consumer_pending_bytes ||
         reason == CloseReason::slow_consumer_write_deadline;
}

Asked copy_of(const Received& message) {
  return {std::string(message.subject),
          std::string(message.reply),
          std::string(message.headers),
          std::string(message.payload)};
}

}  // namespace

System::System(Server& server, std::shared_ptr<Observations> seen)
    : server_(server),
      seen_(std::move(seen)),
      stamp_(server),
      desk_{server, *seen_, stamp_},
      survey_(server),
      statistics_(server.control()),
      connections_(server.control()),
      statistics_after_(kFirstStatistics) {
  serve_pages();
  serve_accounts();
  serve_actions();
  serve_claims();
  serve_subscribers();
  serve_latencies();
  watch_clients();
  watch_leafs();
  Account& system = server_.accounts().system();
  server_.accounts().when_added([&exchange = server_.exchange(), &system](Account& account) {
    import_system_services(exchange, account, system);
  });
  statistics_.start(statistics_after_, [this] { say_statistics(); });
}

void System::serve(const std::string& subject, Serve serve, Reach reach, std::string queue) {
  server_.internal().subscribe(
      server_.accounts().system(),
      subject,
      reach,
      [this, serve = std::move(serve)](const Received& message) {
        at_desk([this, serve, asked = copy_of(message)] {
          const Reply reply = serve(asked);
          if (reply && !asked.reply.empty()) say(asked.reply, *reply);
        });
      },
      std::move(queue));
}

void System::at_desk(std::function<void()> work) {
  work_.submit([this, work = std::move(work)] {
    if (!stopped_) work();
  });
}

void System::say(std::string subject, const Json& body) {
  server_.internal().publish(server_.accounts().system(), {std::move(subject), {}, body.dump()});
}

void System::serve_pages() {
  const std::string own = "$SYS.REQ.SERVER." + server_.id() + ".";
  const std::string all = "$SYS.REQ.SERVER.PING.";
  for (const PageService& service : server_services()) {
    const Serve page = [this, service](const Asked& asked) {
      return serve_page(desk_, service, asked);
    };
    serve(own + std::string(service.name), page);
    serve(all + std::string(service.name), page);
  }
  const Serve identity = [this](const Asked&) -> Reply {
    return Json::object(
        {{"name", server_.name()}, {"host", server_.client_info().host}, {"id", server_.id()}});
  };
  const Serve statistics = [this](const Asked& asked) -> Reply {
    answer_statistics(asked);
    return std::nullopt;
  };
  for (const std::string& prefix : {own, all}) {
    serve(prefix + "IDZ", identity);
    serve(prefix + "STATSZ", statistics);
  }
  serve("$SYS.REQ.SERVER.PING", statistics);
}

void System::serve_accounts() {
  for (const PageService& service : account_services()) {
    serve("$SYS.REQ.ACCOUNT.*." + std::string(service.name), [this, service](const Asked& asked) {
      return serve_page(desk_, service, asked, account_in(asked.subject));
    });
  }
  serve("$SYS.REQ.ACCOUNT.*.STATZ", [this](const Asked& asked) -> Reply {
    const std::string account = account_in(asked.subject);
    if (account == "PING") return std::nullopt;  // has a row of its own
    return serve_account_statistics(desk_, asked, account);
  });
  serve("$SYS.REQ.ACCOUNT.PING.STATZ",
        [this](const Asked& asked) { return serve_account_statistics(desk_, asked); });
  serve("$SYS.REQ.ACCOUNT.*.CONNS", [this](const Asked& asked) -> Reply {
    Account* account = server_.accounts().find(account_in(asked.subject));
    if (account != nullptr && !is_unused(*account) && !asked.reply.empty())
      say_connections(*account, {asked.reply});
    return std::nullopt;
  });
  serve(
      "$SYS.REQ.USER.*.INFO",
      [this](const Asked& asked) { return serve_user_info(desk_, asked); },
      Reach::this_server);
}

void System::serve_claims() {
  const auto trusted = server_.trusted();
  const auto serve_updates = [this](const Serve& update) {
    serve("$SYS.REQ.ACCOUNT.*.CLAIMS.UPDATE", update);
    serve("$SYS.ACCOUNT.*.CLAIMS.UPDATE", update);
  };
  if (ClaimsFolder::folder_of(trusted.get()) == nullptr) {
    return serve_updates([this](const Asked& asked) { return update_claims(desk_, asked); });
  }
  claims_ = std::make_unique<ClaimsFolder>(desk_, trusted);
  const auto by = [this](Reply (ClaimsFolder::*answer)(const Asked&)) -> Serve {
    return [this, answer](const Asked& asked) { return (*claims_.*answer)(asked); };
  };
  serve_updates(by(&ClaimsFolder::update));
  serve("$SYS.REQ.CLAIMS.UPDATE", by(&ClaimsFolder::update_any));
  serve("$SYS.REQ.CLAIMS.LIST", by(&ClaimsFolder::list));
  serve("$SYS.REQ.CLAIMS.DELETE", by(&ClaimsFolder::remove));
  if (claims_->is_full()) {
    serve("$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP", by(&ClaimsFolder::look_up));
    serve("$SYS.REQ.CLAIMS.PACK", by(&ClaimsFolder::pack), Reach::everywhere, "responder");
  }
  claims_->start();
}

void System::serve_actions() {
  const std::string own = "$SYS.REQ.SERVER." + server_.id() + ".";
  serve(own + "KICK", [this](const Asked& asked) { return kick_client(desk_, asked); });
  serve(own + "LDM", [this](const Asked& asked) { return send_client_away(desk_, asked); });
  serve(own + "RELOAD", [this](const Asked& asked) -> Reply {
    reload(asked);
    return std::nullopt;
  });
}

// The answer is given on the control thread, which reloads: the desk does not wait for it.
void System::reload(const Asked& asked) {
  const auto payload = read_payload(asked.payload);
  if (!payload) return say(asked.reply, error_answer(desk_, 400, payload.error().what));
  const auto ours = concerns(server_, *payload);
  if (!ours || !*ours) return;
  server_.reload([this, reply = asked.reply](const base::Result<void>& done) {
    if (reply.empty()) return;
    say(reply, done ? data_answer(desk_, {}) : error_answer(desk_, 500, done.error().what));
  });
}

void System::serve_subscribers() {
  const auto at_control = [this](void (SubscriberSurvey::*hear)(const Asked&)) {
    return [this, hear](const Received& message) {
      server_.control().post([this, hear, asked = copy_of(message)] { (survey_.*hear)(asked); });
    };
  };
  InternalClient& client = server_.internal();
  Account& system = server_.accounts().system();
  client.subscribe(
      system, "$SYS.DEBUG.SUBSCRIBERS", Reach::this_server, at_control(&SubscriberSurvey::begin));
  client.subscribe(system, survey_.inbox(), Reach::everywhere, at_control(&SubscriberSurvey::hear));
  client.subscribe(
      system, "$SYS.REQ.ACCOUNT.NSUBS", Reach::everywhere, [this](const Received& message) {
        server_.control().post([this, asked = copy_of(message)] {
          std::string count = survey_.answer_other(asked);
          if (count.empty()) return;
          server_.internal().publish(server_.accounts().system(),
                                     {asked.reply, {}, std::move(count)});
        });
      });
}

// Halves of measurements, from servers where requests of our clients were answered.
void System::serve_latencies() {
  Account& system = server_.accounts().system();
  const std::string hash = latency_hash(server_.name());
  server_.exchange().measure_as(hash, system);
  InternalClient& client = server_.internal();
  client.subscribe(
      system, "$SYS.LATENCY.M2." + hash, Reach::everywhere, [this](const Received& message) {
        const auto half = Json::parse(message.payload);
        Account* account = half ? server_.accounts().find((*half)["account"].text()) : nullptr;
        if (account != nullptr)
          server_.exchange().hear_latency(server_.internal().worker(), *account, *half);
      });
}

void System::watch_clients() {
  Clients& clients = server_.clients();
  clients.when_connected(
      [this](const SessionState& client) { at_desk([this, client] { on_connected(client); }); });
  clients.when_refused(
      [this](const SessionState& client) { at_desk([this, client] { on_refused(client); }); });
  clients.when_closed(
      [this](const SessionState& client) { at_desk([this, client] { on_gone(client); }); });
}

// Leaf nodes are told of as clients are. Other clusters hear of the first of an account at this
// server, too: they then send what is wanted only. Source: nats-server server/events.go
// (sendLeafNodeConnect)
void System::watch_leafs() {
  Leafs* leafs = server_.leafs();
  if (leafs == nullptr) return;
  leafs->when_connected([this](const SessionState& leaf) {
    at_desk([this, leaf] {
      if (server_.exchange().has_gateways()) {
        say("$SYS.ACCOUNT." + leaf.account + ".LEAFNODE.CONNECT",
            Json::object({{"server", stamp_.next()}, {"acc", leaf.account}}));
      }
      on_connected(leaf);
    });
  });
  leafs->when_closed(
      [this](const SessionState& leaf) { at_desk([this, leaf] { on_gone(leaf); }); });
}

// Clients of the global account are not told of, as in nats-server before 2.12.
void System::on_connected(const SessionState& client) {
  Account* account = server_.accounts().find(client.account);
  if (account == nullptr || account == &server_.accounts().global()) return;
  say("$SYS.ACCOUNT." + account->name() + ".CONNECT", connect_event(desk_, client));
  say_connections(*account,
                  {"$SYS.SERVER.ACCOUNT." + account->name() + ".CONNS",
                   "$SYS.ACCOUNT." + account->name() + ".SERVER.CONNS"});
}

void System::on_gone(const SessionState& client) {
  AccountActivity& activity = gone_[client.account];
  activity.traffic += client.traffic;
  activity.slow_consumers += is_slow(client.reason) ? 1 : 0;
  Account* account = server_.accounts().find(client.account);
  if (account == nullptr || account == &server_.accounts().global()) return;
  say("$SYS.ACCOUNT." + account->name() + ".DISCONNECT",
      disconnect_event(desk_, client, to_string(client.reason)));
  say_connections(*account,
                  {"$SYS.SERVER.ACCOUNT." + account->name() + ".CONNS",
                   "$SYS.ACCOUNT." + account->name() + ".SERVER.CONNS"});
}

void System::on_refused(const SessionState& client) {
  say("$SYS.SERVER." + server_.id() + ".CLIENT.AUTH.ERR",
      disconnect_event(desk_, client, to_string(CloseReason::authentication_violation)));
}

void System::say_connections(Account& account, const std::vector<std::string>& subjects) {
  AccountActivity activity = gone_[account.name()];
  const auto clients = client_states(server_.workers(), Subscriptions::left_out);
  const auto leafs = leaf_states(server_.workers(), Subscriptions::left_out);
  if (!clients || !leafs) return;
  for (const LeafState& leaf : *leafs) {
    if (leaf.session.account == account.name()) activity.traffic += leaf.session.traffic;
  }
  for (const SessionState& client : *clients) {
    if (client.account == account.name()) activity.traffic += client.traffic;
  }
  const Json event = connections_event(desk_, account, activity);
  for (const std::string& subject : subjects)
    say(subject, event);
  // Said again for as long as there are clients, in case someone missed it.
  server_.control().post([this] {
    if (connections_.is_running() || stopped_) return;
    connections_.start(kConnectionsInterval, [this] {
      at_desk([this] {
        for (Account* each : server_.accounts().all()) {
          if (each == &server_.accounts().global() || is_unused(*each)) continue;
          say_connections(*each,
                          {"$SYS.SERVER.ACCOUNT." + each->name() + ".CONNS",
                           "$SYS.ACCOUNT." + each->name() + ".SERVER.CONNS"});
        }
      });
    });
  });
}

// Without a reply subject everyone is told, as at the interval.
void System::answer_statistics(const Asked& asked) {
  const auto payload = read_payload(asked.payload);
  const auto ours = payload ? concerns(server_, *payload) : base::Result<bool>(payload.error());
  const std::string subject =
      asked.reply.empty() ? "$SYS.SERVER." + server_.id() + ".STATSZ" : asked.reply;
  if (!ours) return say(subject, error_answer(desk_, 400, ours.error().what));
  if (!*ours) return;
  const auto event = statistics_event(desk_);
  if (event) say(subject, *event);
}

void System::say_statistics() {
  at_desk([this] { answer_statistics({}); });
  statistics_after_ = std::min(2 * statistics_after_, kStatisticsInterval);
  statistics_.start(statistics_after_, [this] { say_statistics(); });
}

void System::say_lame_duck() {
  say("$SYS.SERVER." + server_.id() + ".LAMEDUCK", stamp_.next());
}

void System::stop() {
  if (stopped_.exchange(true)) return;
  statistics_.stop();
  connections_.stop();
  if (claims_ != nullptr) claims_->stop();
  work_.stop();
  if (server_.is_lame_duck()) return;  // LAMEDUCK was the last word
  say("$SYS.SERVER." + server_.id() + ".SHUTDOWN", stamp_.next());
  server_.internal().flush();
}

void import_system_services(Exchange& exchange, Account& account, Account& system) {
  const auto import = [&](const std::string& subject,
                          const std::string& there,
                          ResponseType response,
                          Disclosure disclosure) {
    auto subscription = std::make_shared<Subscription>();
    subscription->subject = subject;
    subscription->kind = Subscription::Kind::hidden;
    subscription->crossing = std::make_shared<const Crossing>(Crossing{.from = &account,
                                                                       .to = &system,
                                                                       .subject = there,
                                                                       .disclosure = disclosure,
                                                                       .response = response});
    exchange.subscribe(account, subscription);
  };
  import("$SYS.REQ.USER.INFO",
         "$SYS.REQ.USER." + account.name() + ".INFO",
         ResponseType::single,
         Disclosure::everything);
  if (&account == &system) return;
  const std::string own = "$SYS.REQ.ACCOUNT." + account.name();
  for (const char* subject : {"$SYS.REQ.ACCOUNT.PING.CONNZ", "$SYS.REQ.SERVER.PING.CONNZ"}) {
    import(subject, own + ".CONNZ", ResponseType::stream, Disclosure::account_and_server);
  }
  import("$SYS.REQ.ACCOUNT.PING.STATZ",
         own + ".STATZ",
         ResponseType::stream,
         Disclosure::account_and_server);
}

}  // namespace broker
