#pragma once

#include "broker/accounts/jwt_login.h"
#include "broker/exchange/sharing.h"
#include "broker/sessions/clients.h"
#include "broker/sessions/session.h"
#include "broker/subjects/text_hash.h"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

// A client, from the first INFO to the close. Its files: client_session.cc, its life;
// client_login.cc, who it is; client_messages.cc, what it publishes; client_subscriptions.cc, what
// it wants; client_snapshots.cc, what others are shown of it. Source:
// docs.nats.io/reference/reference-protocols/nats-protocol; nats-server server/client.go
namespace broker {

// What a client brought to its door, for a CONNECT that does not say it.
struct Cookies {
  std::string jwt = {};
  std::string user = {};
  std::string password = {};
  std::string token = {};
};

// How a client comes in.
struct ClientArrival {
  ClientArrival(Socket socket)  // NOLINT(google-explicit-constructor): most come so
      : link(std::move(socket)) {}

  ClientArrival(Link its_link, ConnectionType its_door, std::unique_ptr<const Cookies> its_cookies)
      : link(std::move(its_link)), door(its_door), cookies(std::move(its_cookies)) {}

  Link link;
  ConnectionType door = ConnectionType::standard;
  std::unique_ptr<const Cookies> cookies = {};  // null: none
};

class ClientSession final : public Session, private Requester {
 public:
  // On the worker's thread: the session exists, INFO is on its way. Refused ones (max_connections)
  // too, for a moment.
  static ClientSession& make(Worker& worker, Clients& clients, ClientArrival arrival);

  SessionState snapshot() const override;

  // snapshot() with subscription_list.
  SessionState snapshot_with_subscriptions() const;

  // New rules: limits hold from now on; who would no longer be let in is closed; subscriptions no
  // longer allowed are removed, each with its -ERR.
  void reload(std::shared_ptr<const ClientRules> rules);

  // Its account shares, maps or limits otherwise now.
  void renew_account();

  // Likewise, because its claims are others: who may no longer be here is closed.
  void account_changed(const Account& account);

  // The INFO of `rules`, when this client understands a second one and has had its first PONG;
  // otherwise it follows that PONG.
  void send_info(std::shared_ptr<const ClientRules> rules);

  // This client alone is told that the server goes away, so that it finds itself another one.
  // False: it would not understand that, or not yet.
  bool send_lame_duck_info();

  const Identity& identity() const { return identity_; }

  void exhausted(const SubscriptionPtr& subscription) override;

 private:
  ClientSession(Birth birth, Clients& clients, std::shared_ptr<const ClientRules> rules);
  void take_cookies();
  void start();
  void start_secured();
  void greet();
  void await_credentials();
  void expect_handshake();
  void on_first_bytes(std::string_view bytes) override;
  void on_tls() override;

  void on_operation(const Operation& operation) override;
  void on_parse_error(ParseError error) override;
  void on_batch_end() override;
  void on_close(CloseReason reason) override;

  void on_connect(const Operation& operation);
  void authenticate();
  enum class Occasion : std::uint8_t { connect, reload };
  void start_login(Occasion occasion, TrustedAccounts::Fetch fetch);
  void finish_login(Occasion occasion, const JwtLogin& login);
  void finish_connect(const std::optional<Identity>& identity);
  void on_ping();
  bool become(const Identity& identity);
  static SessionLimits session_limits(const ClientLimits& limits);
  void take_limits();
  bool at_subscription_limit() const;
  void end_at_subscription_limit();
  void watch_expiry();
  Credentials credentials();

  bool takes_headers() const { return rules_->limits.headers && connect_.headers; }

  contract::ServerInfo info_for_client() const;
  std::string info_line_for_client() const;
  std::string request_info(Disclosure disclosure) const override;
  void refuse();

  void on_publish(const Operation& operation);
  bool may_publish(std::string_view subject);
  bool check_publish(const Operation& operation, std::string_view subject);
  void answer_no_responders(const Operation& operation);

  void on_subscribe(const Operation& operation);
  void on_unsubscribe(const Operation& operation);
  bool check_subscribe(const Operation& operation, Permissions::Subscribing& answer);
  void drop(const SubscriptionPtr& subscription);
  SubscriptionPtr renewed(const Subscription& old, std::shared_ptr<const SubjectSet> except) const;
  void renew_subscriptions(Account& before);
  void follow_imports(const SubscriptionPtr& subscription);
  void unfollow_imports(const Subscription& subscription);

  Clients& clients_;
  std::unique_ptr<const Cookies> cookies_;  // null: none
  std::shared_ptr<const ClientRules> rules_;
  const std::shared_ptr<const ClientTls> tls_;  // those it began with; null: none
  contract::ClientConnect connect_;
  std::string nonce_;  // what a key is to sign; empty: our INFO had none
  Identity identity_;
  Timer auth_timer_;
  Timer tls_timer_;
  Timer expiry_;  // when a JWT ends
  std::unordered_map<std::string, SubscriptionPtr, TextHash, std::equal_to<>>
      subscriptions_;                                                     // by sid
  std::unordered_map<const Subscription*, std::vector<Shadow>> shadows_;  // none is left out
  std::shared_ptr<const SubjectMappings> mappings_;  // of its account; null: none
  std::unordered_map<std::string, bool, TextHash, std::equal_to<>>
      publish_answers_;                   // permissions, remembered
  std::int64_t most_subscriptions_ = -1;  // below 0: any number
  std::size_t max_payload_;               // bytes, as the account has it, too
  bool counted_ = false;                  // in Clients::connected
  bool greeted_ = false;                  // INFO was sent
  bool ponged_ = false;                   // the first PONG was sent
  bool info_waits_ = false;               // an INFO is to follow the first PONG
};

// The client sessions of a worker, on its thread. `use` may close them.
void for_each_client(Worker& worker, const std::function<void(ClientSession&)>& use);

}  // namespace broker
