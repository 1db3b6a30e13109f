#pragma once

#include "broker/cluster/interest_relay.h"
#include "broker/cluster/mesh.h"
#include "broker/cluster/remote_interest.h"
#include "broker/sessions/session.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Another server on the other end of a connection.
//
// Who accepts says INFO at once, after a TLS handshake where there is one. Who dials waits for it,
// then says CONNECT and INFO; CONNECT first, newer servers insist on it. With the other's INFO a
// side registers it, or closes because it is itself, is here already, or belongs to another
// cluster. Then both tell their interest.
//
// Files: route_session.cc, its life; route_handshake.cc, how the two meet.
//
// A message that comes in goes to our clients only: every server of a mesh holds every other one.
// Source: nats-server server/route.go; observed on 2.9.10, 2.10.27 and 2.15.1.
// Threads: its worker's.
namespace broker {

// Said where a server offers a connection for one account's messages and the other carries all on
// one.
inline constexpr std::string_view kNoDedicatedRoute =
    "Not possible to have a dedicated route for account ";

// What /routez shows of a route.
struct RouteState {
  SessionState session = {};
  std::string remote_id = {};
  std::string remote_name = {};
  bool did_solicit = false;
  bool is_configured = false;
  std::string compression = {};
  std::optional<contract::SubjectPermissions> import_permissions = {};  // the peer's
  std::optional<contract::SubjectPermissions> export_permissions = {};
};

class RouteSession final : public Session {
 public:
  // On the worker's thread. `dialled`: we called; otherwise they did.
  static RouteSession& make(Worker& worker,
                            Mesh& mesh,
                            Socket socket,
                            std::optional<Dialled> dialled);
  ~RouteSession() override;

  // A finished line, on its way at the end of the turn.
  void say(std::string_view line);

  // Nothing before the peer is registered. `with_subscriptions` fills the session's list.
  std::optional<RouteState> route_state(bool with_subscriptions) const;

  bool is_registered() const { return registered_; }

  // Endpoint
  Chunk& outgoing(std::size_t bytes) override;
  void deliver(Chunk chunk) override;

  void exhausted(const SubscriptionPtr&) override {}  // routed interest has no end

 private:
  RouteSession(Birth birth, Mesh& mesh, std::optional<Dialled> dialled);
  void start();

  void on_operation(const Operation& operation) override;
  void on_parse_error(ParseError error) override;
  void on_close(CloseReason reason) override;

  void on_tls() override;
  void greet();

  void on_connect(const Operation& operation);
  void on_err(std::string_view text);
  void on_info(const Operation& operation);
  void on_first_info(const contract::ServerInfo& info);
  void on_own_info(const contract::ServerInfo& info);
  void on_interest(Operation operation);
  void on_gateway_info(const contract::ServerInfo& info);
  bool agree_on_compression(const contract::ServerInfo& info);
  void say_connect();
  void say_info();
  void on_message(const Operation& operation);

  bool agrees_on_name(std::string_view name, bool dynamic, std::string_view err);
  bool enter(const contract::ServerInfo& info);
  void end(RouteEnd::Cause cause, CloseReason reason);

  Mesh& mesh_;
  const std::shared_ptr<const ClusterSettings> settings_;  // those it began with
  const std::optional<Dialled> dialled_;
  std::shared_ptr<InterestRelay> relay_;
  RemoteInterest remote_;
  RoutePermission export_;
  Timer auth_timer_;
  const std::shared_ptr<const TlsContext> tls_;  // null: none
  Timer tls_timer_;
  Timer patience_;  // until what is compressed is agreed on: nothing may be said in between
  const base::Time began_;
  RouteEnd::Cause cause_ = RouteEnd::Cause::lost;
  bool authorized_ = false;  // CONNECT was accepted, or no password is asked for
  bool registered_ = false;
  bool origins_named_ = false;  // LS- of the peer names the leaf nodes' cluster
  bool connect_said_ = false;
  std::string compression_ = {};  // as agreed on; empty: not yet
};

// The route sessions of a worker, on its thread.
void for_each_route(Worker& worker, const std::function<void(RouteSession&)>& use);

}  // namespace broker
