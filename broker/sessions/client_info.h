#pragma once

#include "base/json.h"
#include "broker/accounts/crossing.h"
#include "broker/sessions/session_state.h"

#include <string>

namespace broker {

// The server that a client is connected to.
struct ServedBy {
  std::string server = {};
  std::string cluster = {};
};

// A client as services and system events are told of it: {"start","host","id","acc","user",...}.
// Source: nats-server server/events.go (ClientInfo), server/client.go (getClientInfo)
base::Json client_info(const SessionState& state, Disclosure disclosure, const ServedBy& by);

// "nats", "websocket"
std::string_view client_type(const SessionState& state);

}  // namespace broker
