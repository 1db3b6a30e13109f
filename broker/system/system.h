#pragma once

#include "broker/exchange/slow_work.h"
#include "broker/monitor/observations.h"
#include "broker/net/event_loop.h"
#include "broker/server/server.h"
#include "broker/system/claims.h"
#include "broker/system/events.h"
#include "broker/system/services.h"
#include "broker/system/subscribers.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

// The broker's part in the system account: services that answer, events that tell.
//
//   System system(server, seen);   // after announce(), before listen()
//   server.run();                  // system.say_lame_duck(), system.stop() as the server's hooks
//
// Threads: made, stopped and destroyed on the control thread; requests are answered on the desk's.
namespace broker {

class System {
 public:
  System(Server& server, std::shared_ptr<Observations> seen);

  // Clients are about to be sent away.
  void say_lame_duck();

  // The server ends: says so, unless it is a lame duck, and nothing after that. The workers still
  // run.
  void stop();

 private:
  using Serve = std::function<Reply(const Asked&)>;

  void serve_pages();
  void serve_accounts();
  void serve_actions();
  void serve_claims();
  void serve_subscribers();
  void serve_latencies();
  void watch_clients();
  void watch_leafs();

  // Requests on `subject` are handled on the desk; with a reply subject they are answered there.
  // With a queue, by one of its members.
  void serve(const std::string& subject,
             Serve serve,
             Reach reach = Reach::everywhere,
             std::string queue = {});
  void at_desk(std::function<void()> work);
  void say(std::string subject, const base::Json& body);

  void answer_statistics(const Asked& asked);
  void reload(const Asked& asked);
  void say_statistics();
  void say_connections(Account& account, const std::vector<std::string>& subjects);
  void on_connected(const SessionState& client);
  void on_refused(const SessionState& client);
  void on_gone(const SessionState& client);

  Server& server_;
  const std::shared_ptr<Observations> seen_;
  ServerStamp stamp_;
  const Desk desk_;
  SubscriberSurvey survey_;
  std::map<std::string, AccountActivity> gone_;  // by account; the desk's
  Timer statistics_;
  Timer connections_;
  base::nanoseconds statistics_after_;
  std::atomic<bool> stopped_{false};
  std::unique_ptr<ClaimsFolder> claims_;  // null: this server keeps no JWTs of accounts
  SlowWork work_;
};

// The services that every account reaches in the system account, about itself only.
void import_system_services(Exchange& exchange, Account& account, Account& system);

}  // namespace broker
