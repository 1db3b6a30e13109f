#pragma once

#include "broker/gateway/super_cluster.h"
#include "broker/sessions/session.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A connection between servers of two clusters. Messages cross it one way only, from who dialled to
// who accepted; what is wanted is told the other way. So two clusters that talk have at least two.
//
// Who accepts says INFO at once, after a TLS handshake where there is one. Who dials answers with
// CONNECT and INFO. INFO names the cluster, and all addresses of its servers.
// Source: nats-server server/gateway.go; observed on 2.9.10, 2.10.27 and 2.15.1.
//
// Threads: its worker's.
namespace broker {

// What /gatewayz shows of a connection.
struct GatewayState {
  SessionState session = {};
  std::string cluster = {};
  bool outbound = false;
  std::vector<AccountInterest> accounts = {};
};

class GatewaySession : public Session {
 public:
  // A finished line, on its way at the end of the turn.
  void say(std::string_view line);

  // Nothing before the peer is registered.
  virtual std::optional<GatewayState> gateway_state() const = 0;

  // An account is known from now on.
  virtual void account_added(Account& account) = 0;

  void exhausted(const SubscriptionPtr&) override {}  // far interest has no end

 protected:
  static Birth birth(Worker& worker, SuperCluster& all, Socket socket);

  GatewaySession(Birth birth, SuperCluster& all, std::shared_ptr<const TlsContext> tls);

  // `host`: the one we dialled, for its certificate; nothing when they dialled us.
  void start(const std::optional<std::string>& host);

  virtual void greet() = 0;  // the connection is there, and as secret as it is to be
  virtual void on_info(const contract::ServerInfo& info) = 0;
  virtual void on_other(const Operation& operation) = 0;
  virtual void on_end() = 0;

  // Says the error to the log and to the peer, and closes.
  void refuse(CloseReason reason, const std::string& err);

  // Enters what the peer says of itself; false, and closed, when a server of ours has its name.
  bool enter(const contract::ServerInfo& info);

  SuperCluster& all_;
  std::string cluster_;      // of the other end; empty: not known yet
  bool registered_ = false;  // it is in the table
  Timer patience_;           // until the other end has introduced itself

 private:
  void on_operation(const Operation& operation) final;
  void on_parse_error(ParseError error) final;
  void on_close(CloseReason reason) final;
  void on_tls() final;

  const std::shared_ptr<const TlsContext> tls_;  // null: none
  Timer tls_timer_;
};

// The gateway connections of a worker, on its thread.
void for_each_gateway(Worker& worker, const std::function<void(GatewaySession&)>& use);

}  // namespace broker
