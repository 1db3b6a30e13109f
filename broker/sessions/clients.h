#pragma once

#include "base/units.h"
#include "broker/accounts/authenticator.h"
#include "broker/exchange/exchange.h"
#include "broker/sessions/session.h"
#include "contract/protocol.h"
#include "contract/server_info.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

// What all client sessions of a server share, and what configuration says about them.
namespace broker {

// Plain; the server fills it from its options. Defaults are nats-server's.
struct ClientLimits {
  std::size_t max_payload = contract::kMaxPayloadBytes;
  std::size_t max_control_line = contract::kMaxControlLineBytes;
  std::size_t max_pending = contract::kMaxPendingBytes;
  std::int64_t max_connections = contract::kMaxConnections;  // 0 or below: any number
  std::int64_t max_subscriptions = 0;  // of one connection; 0 or below: any number
  std::int64_t max_sub_tokens = 0;     // words of a subscription's subject; 0: any number
  base::nanoseconds ping_interval = contract::kPingInterval;
  int ping_max = contract::kMaxPingsOut;
  base::nanoseconds first_ping = contract::kFirstPing;
  base::nanoseconds auth_timeout = contract::kAuthTimeout;
  base::nanoseconds write_deadline = contract::kWriteDeadline;
  bool headers = true;

  bool operator==(const ClientLimits&) const = default;
};

// TLS at the clients' door.
struct ClientTls {
  std::shared_ptr<const TlsContext> context = {};
  bool optional = false;  // allow_non_tls: who does not begin a handshake goes on in clear

  // A handshake comes before INFO. Longer than 0: INFO is said when none has come in that time.
  std::optional<base::nanoseconds> handshake_first = {};
};

// What a new session begins with. Immutable: a change makes a new one, and the server tells each
// worker's sessions (ClientSession::reload, ClientSession::send_info).
struct ClientRules {
  ClientLimits limits = {};
  std::shared_ptr<const Authenticator> authenticator = {};
  std::shared_ptr<const ClientTls> tls = {};  // null: none
  contract::ServerInfo info =
      {};  // client_id and client_ip are filled in for each; auth_required is ours to set
};

// Threads: every method from any thread.
class Clients {
 public:
  Clients(Exchange& exchange, AccountTable& accounts, std::atomic<std::uint64_t>& ids);

  Exchange& exchange() { return exchange_; }

  AccountTable& accounts() { return accounts_; }

  std::uint64_t next_id() { return ++ids_; }

  // Those of a door, for clients to come: plain clients', or websocket clients' where there are
  // some.
  std::shared_ptr<const ClientRules> rules(ConnectionType door = ConnectionType::standard) const;
  void set_rules(std::shared_ptr<const ClientRules> rules,
                 ConnectionType door = ConnectionType::standard);

  std::atomic<std::int64_t>& connected() { return connected_; }  // now

  std::atomic<std::uint64_t>& total() { return total_; }  // ever

  // Who wants to hear of clients is told on the client's worker: of every one that was let in, of
  // every one that was not because of its credentials, and of every one that has gone. All are to
  // be set before the first client.
  using Tell = std::function<void(const SessionState&)>;

  void when_connected(Tell tell) { connected_tells_.push_back(std::move(tell)); }

  void when_refused(Tell tell) { refused_tells_.push_back(std::move(tell)); }

  void when_closed(Tell tell) { closed_tells_.push_back(std::move(tell)); }

  void tell_connected(const SessionState& state) const { tell_all(connected_tells_, state); }

  void tell_refused(const SessionState& state) const { tell_all(refused_tells_, state); }

  void tell_closed(const SessionState& state) const { tell_all(closed_tells_, state); }

 private:
  static void tell_all(const std::vector<Tell>& tells, const SessionState& state) {
    for (const Tell& tell : tells)
      tell(state);
  }

  Exchange& exchange_;
  AccountTable& accounts_;
  std::atomic<std::uint64_t>& ids_;  // shared with routes
  mutable std::mutex mutex_;
  std::shared_ptr<const ClientRules> rules_;            // guarded by mutex_
  std::shared_ptr<const ClientRules> websocket_rules_;  // guarded by mutex_
  std::atomic<std::int64_t> connected_{0};
  std::atomic<std::uint64_t> total_{0};
  std::vector<Tell> connected_tells_;
  std::vector<Tell> refused_tells_;
  std::vector<Tell> closed_tells_;
};

}  // namespace broker
