#pragma once

#include "base/json.h"
#include "base/result.h"
#include "base/units.h"
#include "plan/plan.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

// A client in the system account: it asks servers about themselves wherever they are in the
// cluster, and asks for what HTTP cannot do (JetStream's stepdown, kicking a client).
//
//   SystemAccount system(system_settings(plan));
//   const auto who = TRY(system.find("A"));
//   const auto varz = TRY(system.ask(who.id, "VARZ", {}));
//   TRY(system.request("$JS.API.META.LEADER.STEPDOWN", {}));
//
// It has one connection at a time, to any server of the cluster, made when it is first needed. When
// that server is lost or asks its clients to go (lame duck), the next request is made over another
// one.
//
// Source: nats-server server/events.go;
// docs.nats.io/running-a-nats-service/configuration/sys_accounts
namespace watch {

struct SystemSettings {
  std::vector<std::string> servers;  // "nats://127.0.0.1:4222"
  plan::Access access;               // of a user of the system account
};

// Nothing when the plan has no `system`. Servers are its members, then the temporary node; the
// authorities trusted are those of `access` unless it names its own.
std::optional<SystemSettings> system_settings(const plan::Plan& plan);

// Who a server is: the `server` object beside each answer.
struct ServerIdentity {
  std::string id;
  std::string name;
  std::string cluster;
  std::string version;
};

struct ServerAnswer {
  ServerIdentity server;
  base::Json data;
};

// The name of its connection in /connz.
inline constexpr const char* kSystemClientName = "natsctl system";

// Threads: any thread may call any method.
class SystemAccount {
 public:
  static constexpr base::nanoseconds kPatience = std::chrono::seconds(2);

  explicit SystemAccount(SystemSettings settings);
  ~SystemAccount();
  SystemAccount(const SystemAccount&) = delete;
  SystemAccount& operator=(const SystemAccount&) = delete;

  // Whether somebody answers: the login is right, and its user is in the system account.
  base::Result<void> try_out();

  // The answer as it comes. An answer with an `error` object is an Error with its description.
  // ErrorCode::not_found when nobody is there to answer: a server that is gone, or whose release
  // does not know the request. `payload` null: none.
  base::Result<base::Json> request(const std::string& subject,
                                   const base::Json& payload,
                                   base::nanoseconds timeout = kPatience);

  // $SYS.REQ.SERVER.<id>.<what>: the answer's `data`. what: VARZ, CONNZ, ROUTEZ, HEALTHZ, JSZ,
  // KICK…
  base::Result<base::Json> ask(const std::string& id,
                               const std::string& what,
                               const base::Json& payload,
                               base::nanoseconds timeout = kPatience);

  // $SYS.REQ.SERVER.PING.<what>: of every server that answers, until there are `most` or the time
  // is over. Errors among the answers are left out.
  base::Result<std::vector<ServerAnswer>> ask_all(const std::string& what,
                                                  const base::Json& payload,
                                                  std::size_t most,
                                                  base::nanoseconds timeout = kPatience);

  // The server of that server_name. ErrorCode::not_found when none answers within the time.
  base::Result<ServerIdentity> find(const std::string& name, base::nanoseconds timeout = kPatience);

  // Stays away from that server until told another one (it is about to lose its clients): leaves it
  // with the next request when it is connected there, if another one answers. Empty: none is
  // avoided.
  void avoid(const std::string& server);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace watch
