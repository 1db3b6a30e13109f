#pragma once

#include "broker/accounts/jwt_login.h"
#include "broker/exchange/exchange.h"
#include "broker/leaf/leaf_common.h"
#include "broker/leaf/leaf_interest.h"
#include "broker/leaf/leaf_relay.h"
#include "broker/leaf/leaf_rights.h"
#include "broker/sessions/session.h"
#include "contract/leaf_connect.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// A server on the other end of a leaf connection: one account of ours joined with one of its.
//
// Who accepts says INFO with a nonce and waits for CONNECT, which is answered by a second INFO:
// what the leaf node may do. Who dials waits for the first, says CONNECT, and is bound by the
// second. Then both tell their interest. Who accepts is the hub, unless who dials says that it is.
//
// Its files: leaf_session.cc, its life and what is said once it is bound; leaf_handshake.cc, how it
// gets there; leaf_login.cc, who comes in.
// Source: nats-server server/leafnode.go; seen on 2.9.10, 2.10.27 and 2.15.1.
// Threads: its worker's.
namespace broker {

// What /leafz shows of one.
struct LeafState {
  SessionState session = {};
  std::string server = {};  // its name
  bool is_spoke = false;    // the other end is our hub
  bool isolated = false;
};

class LeafSession final : public Session, private Requester {
 public:
  // On the worker's thread. `dialled`: we called; otherwise they did.
  static LeafSession& make(Worker& worker,
                           LeafCommon& common,
                           Socket socket,
                           std::optional<LeafDialled> dialled);
  ~LeafSession() override;

  // A finished line, on its way at the end of the turn.
  void say(std::string_view line);

  // Nothing before it is bound. `with_subscriptions` fills the session's list.
  std::optional<LeafState> leaf_state(bool with_subscriptions) const;

  // Its account shares or maps otherwise now.
  void renew_account();

  // Likewise, because its claims are others: who may no longer be here is closed.
  void account_changed(const Account& account);

  const std::optional<LeafDialled>& dialled() const { return dialled_; }

  // Endpoint
  Chunk& outgoing(std::size_t bytes) override;
  void deliver(Chunk chunk) override;

  void exhausted(const SubscriptionPtr&) override {}  // a server's interest has no end

 private:
  LeafSession(Birth birth, LeafCommon& common, std::optional<LeafDialled> dialled);
  void start();

  void on_operation(const Operation& operation) override;
  void on_parse_error(ParseError error) override;
  void on_batch_end() override;
  void on_close(CloseReason reason) override;
  void on_interest(const Operation& operation);
  void on_message(const Operation& operation);
  void on_err(std::string_view text);
  std::string request_info(Disclosure disclosure) const override;
  void violate(std::string_view what, std::string_view action, std::string_view subject);
  void find_loop(bool say_so);

  // leaf_handshake.cc
  void start_secured();
  void on_first_bytes(std::string_view bytes) override;
  void on_tls() override;
  void greet();
  void on_info(const Operation& operation);
  void on_first_info(const contract::ServerInfo& info);
  void introduce();
  bool sign(contract::LeafConnect& connect) const;
  void on_answer(const contract::ServerInfo& info);
  void on_connect(const Operation& operation);
  bool is_acceptable() const;
  bool send_away(CloseReason reason, std::string_view err);
  void accept(const Identity& identity);
  void bind(Account& account, const LeafRights::Rules& rules);
  void tell_of_jetstream(bool system);

  // leaf_login.cc
  void authenticate();
  void start_login(TrustedAccounts::Fetch fetch);
  void finish_login(const JwtLogin& login);
  void finish_connect(const std::optional<Identity>& identity);
  void refuse();
  Credentials credentials();

  LeafCommon& common_;
  const std::shared_ptr<const LeafSettings> settings_;  // those it began with
  const std::optional<LeafDialled> dialled_;
  const std::shared_ptr<const TlsContext> tls_;  // null: none
  std::shared_ptr<LeafRelay> relay_;             // null until it is bound
  std::shared_ptr<const LeafRights> rights_;
  LeafInterest interest_;
  Timer wait_;  // for the next step of the handshake
  std::string nonce_;
  contract::LeafConnect connect_;            // who accepts: what they said
  std::optional<contract::ServerInfo> hub_;  // who dials: what they said
  LeafSide side_;
  LeafPeer peer_;
  Account* account_ = nullptr;  // bound
  std::shared_ptr<const Permissions> permissions_;
  std::shared_ptr<const UserGrant> grant_;
  std::shared_ptr<const SubjectMappings> mappings_;
  base::nanoseconds next_try_{0};  // who dials: waits so much longer
  bool greeted_ = false;
  bool secured_ = false;
  bool isolated_ = false;
};

// The leaf connections of a worker, on its thread.
void for_each_leaf(Worker& worker, const std::function<void(LeafSession&)>& use);

}  // namespace broker
