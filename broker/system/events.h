#pragma once

#include "base/json.h"
#include "broker/exchange/counters.h"
#include "broker/sessions/session_state.h"
#include "broker/system/services.h"

#include <string>

// What happened, as JSON. Source: nats-server 2.10 server/events.go
namespace broker {

// An account's clients, as far as its CONNS event tells of them.
struct AccountActivity {
  Traffic traffic = {};  // of those here and of those that have gone
  std::int64_t slow_consumers = 0;
};

// On "$SYS.ACCOUNT.<account>.CONNECT".
base::Json connect_event(const Desk& desk, const SessionState& client);

// On "$SYS.ACCOUNT.<account>.DISCONNECT", and for a client that was refused on
// "$SYS.SERVER.<id>.CLIENT.AUTH.ERR".
base::Json disconnect_event(const Desk& desk, const SessionState& client, std::string_view reason);

// On "$SYS.ACCOUNT.<account>.SERVER.CONNS".
base::Json connections_event(const Desk& desk, Account& account, const AccountActivity& activity);

// On "$SYS.SERVER.<id>.STATSZ".
base::Result<base::Json> statistics_event(const Desk& desk);

}  // namespace broker
