#pragma once

#include "base/clock.h"
#include "broker/accounts/connection_type.h"
#include "broker/exchange/counters.h"
#include "broker/net/socket.h"
#include "broker/sessions/close_reason.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace broker {

// One subscription as /connz shows it.
struct SubscriptionState {
  std::string subject = {};
  std::string queue = {};
  std::string sid = {};
  std::int64_t delivered = 0;
  std::int64_t max = 0;
};

// Everything there is to know of a connection, as a value: /connz and /routez show it, lame duck
// walks it. A copy may travel to any thread.
struct SessionState {
  std::uint64_t id = 0;  // cid, rid or lid
  Address remote = {};
  base::WallTime start = {};
  base::WallTime last_activity = {};
  base::nanoseconds rtt{0};  // 0: not measured yet
  Traffic traffic = {};
  std::size_t pending_bytes = 0;
  std::uint64_t subscriptions = 0;
  ConnectionType door = ConnectionType::standard;  // of a client
  std::string user = {};
  std::string account = {};
  std::string jwt = {};  // with which it came in; empty: without one
  std::string issuer_key = {};
  std::string name_tag = {};
  std::vector<std::string> tags = {};
  std::string name = {};  // what CONNECT said
  std::string lang = {};
  std::string version = {};
  std::string tls_version = {};  // "1.3"; empty: no TLS
  std::string tls_cipher = {};
  int protocol = 0;
  bool verbose = true;  // a client that sends no CONNECT is verbose
  bool pedantic = false;
  bool echo = true;
  bool headers = false;
  bool no_responders = false;
  bool connected = false;  // CONNECT was accepted, or was not needed

  // Filled in for listings only.
  std::vector<SubscriptionState> subscription_list = {};

  // Set once closed.
  std::optional<base::WallTime> stop = {};
  CloseReason reason = CloseReason::client_closed;
};

}  // namespace broker
