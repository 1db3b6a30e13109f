#include "broker/sessions/client_session.h"

#include "base/base64.h"
#include "base/json.h"
#include "base/log.h"
#include "broker/protocol/lines.h"

#include <random>

#include <fmt/format.h>

namespace broker {

namespace {

// `"v1.30.0:python3:orders"`, as far as the client said.
std::string client_text(const contract::ClientConnect& connect) {
  if (connect.version.empty()) return {};
  std::string text = "v" + connect.version;
  if (!connect.lang.empty()) text += ":" + connect.lang;
  if (!connect.lang.empty() && !connect.name.empty()) text += ":" + connect.name;
  return fmt::format(" - \"{}\"", text);
}

// 15 letters nobody can know beforehand. Source: nats-server server/nkey.go
std::string make_nonce() {
  std::random_device random;
  std::string bytes(11, '\0');
  for (char& byte : bytes)
    byte = static_cast<char>(random() & 0xFFU);
  return base::to_base64url(bytes);
}

}  // namespace

ClientSession& ClientSession::make(Worker& worker, Clients& clients, ClientArrival arrival) {
  auto rules = clients.rules(arrival.door);
  const SessionLimits limits = session_limits(rules->limits);
  Birth birth{
      worker, std::move(arrival.link), clients.next_id(), Destination::Kind::client, limits};
  if (arrival.door == ConnectionType::websocket) birth.letters = "wid";
  auto owned = std::unique_ptr<ClientSession>(
      new ClientSession(std::move(birth), clients, std::move(rules)));
  ClientSession& session = *owned;
  session.state_.door = arrival.door;
  session.cookies_ = std::move(arrival.cookies);
  worker.adopt(std::move(owned));
  session.start();
  return session;
}

ClientSession::ClientSession(Birth birth,
                             Clients& clients,
                             std::shared_ptr<const ClientRules> rules)
    : Session(std::move(birth)),
      clients_(clients),
      rules_(std::move(rules)),
      tls_(rules_->tls),
      auth_timer_(worker().loop()),
      tls_timer_(worker().loop()),
      expiry_(worker().loop()),
      max_payload_(rules_->limits.max_payload) {
  destination()->headers = false;  // until CONNECT says otherwise
  if (clients_.exchange().far().enabled())
    destination()->reply_routes = std::make_shared<ReplyRoutes>();
}

void ClientSession::start() {
  ++clients_.total();
  const std::int64_t number = ++clients_.connected();
  counted_ = true;
  base::log::debug("{} - Client connection created", label());
  const bool excess = rules_->limits.max_connections > 0 && number > rules_->limits.max_connections;
  if (tls_ != nullptr && !excess) return start_secured();
  begin();
  greet();
  if (excess) {
    base::log::error("{} - maximum connections exceeded", label());
    return close(CloseReason::max_connections_exceeded, "maximum connections exceeded");
  }
  await_credentials();
}

// Only the first INFO has the nonce. Source: nats-server server/server.go (createClientEx)
void ClientSession::greet() {
  greeted_ = true;
  contract::ServerInfo info = info_for_client();
  if (rules_->authenticator->wants_signatures()) info.nonce = nonce_ = make_nonce();
  write(info_line(contract::to_json(info).dump()));
}

// INFO in clear and then the handshake, or the handshake alone, as the rules have it.
void ClientSession::start_secured() {
  const auto& first = tls_->handshake_first;
  if (!first) {
    greet();
  } else if (first->count() > 0) {
    tls_timer_.start(*first, [this] {
      greet();
      expect_handshake();
    });
  }
  if (!first || first->count() == 0) expect_handshake();
  peek();
  begin();
  if (tls_->optional) await_credentials();
}

void ClientSession::expect_handshake() {
  if (tls_->optional) return;
  tls_timer_.start(tls_->context->settings().timeout, [this] { give_up_tls(); });
}

void ClientSession::on_first_bytes(std::string_view bytes) {
  constexpr char kHandshakeRecord = 0x16;
  const bool handshake = bytes.front() == kHandshakeRecord;
  if (!handshake && tls_->optional) {
    if (!greeted_) greet();
    return;
  }
  auth_timer_.stop();
  tls_timer_.start(tls_->context->settings().timeout, [this] { give_up_tls(); });
  secure({tls_->context, std::nullopt});
}

void ClientSession::on_tls() {
  tls_timer_.stop();
  if (!greeted_) greet();
  await_credentials();
}

void ClientSession::await_credentials() {
  if (const auto identity = rules_->authenticator->anonymous()) {
    become(*identity);
    return;
  }
  parser().require_connect(true);
  auth_timer_.start(rules_->limits.auth_timeout, [this] {
    base::log::debug("{} - Authorization timeout", label());
    close(CloseReason::authentication_timeout, "Authentication Timeout");
  });
}

contract::ServerInfo ClientSession::info_for_client() const {
  contract::ServerInfo info = rules_->info;
  info.client_id = state_.id;
  info.client_ip = state_.remote.ip;
  info.auth_required = rules_->authenticator->required();
  info.max_payload = static_cast<std::int64_t>(max_payload_);
  return info;
}

std::string ClientSession::info_line_for_client() const {
  return info_line(contract::to_json(info_for_client()).dump());
}

void ClientSession::on_operation(const Operation& operation) {
  switch (operation.verb) {
    case Verb::pub:
    case Verb::hpub:
      return on_publish(operation);
    case Verb::sub:
      return on_subscribe(operation);
    case Verb::unsub:
      return on_unsubscribe(operation);
    case Verb::ping:
      return on_ping();
    case Verb::pong:
      return keepalive().on_pong();
    case Verb::connect:
      return on_connect(operation);
    case Verb::err:
      base::log::error("{} - Client Error {}", label(), operation.text);
      return close(CloseReason::parse_error);
    default:
      return;  // INFO and +OK mean nothing from a client
  }
}

void ClientSession::on_connect(const Operation& operation) {
  auto connect = contract::read_client_connect(operation.text, connect_);
  if (!connect) {
    base::log::error("{} - {}", label(), connect.error().what);
    return close(CloseReason::protocol_violation);
  }
  connect_ = *std::move(connect);
  take_cookies();
  auth_timer_.stop();
  set_label(destination()->label + client_text(connect_));
  // Naming an account is for servers that make accounts for whoever asks, which this is not.
  if (!connect_.account.empty()) return finish_connect(std::nullopt);
  authenticate();
}

void ClientSession::on_ping() {
  write(kPong);
  if (traced()) trace_out("PONG");
  if (ponged_ || !state_.connected) return;
  ponged_ = true;
  if (std::exchange(info_waits_, false)) send_info(rules_);
}

void ClientSession::send_info(std::shared_ptr<const ClientRules> rules) {
  rules_ = std::move(rules);
  if (is_closed()) return;
  if (!ponged_) {
    info_waits_ = true;
  } else if (connect_.protocol >= 1) {
    write(info_line_for_client());
  }
}

bool ClientSession::send_lame_duck_info() {
  if (is_closed() || !ponged_ || connect_.protocol < 1) return false;
  contract::ServerInfo info = info_for_client();
  info.lame_duck = true;
  write(info_line(contract::to_json(info).dump()));
  return true;
}

void ClientSession::on_parse_error(ParseError error) {
  switch (error) {
    case ParseError::none:
      return;
    case ParseError::unknown_operation:
      base::log::error("{} - Client parser ERROR: unknown protocol operation", label());
      return close(CloseReason::protocol_violation, "Unknown Protocol Operation");
    case ParseError::bad_arguments:
      base::log::error("{} - Client parser ERROR: wrong arguments", label());
      return close(CloseReason::protocol_violation);
    case ParseError::control_line:
      base::log::error("{} - maximum control line exceeded", label());
      return close(CloseReason::max_control_line_exceeded, "maximum control line exceeded");
    case ParseError::payload:
      base::log::error("{} - maximum payload exceeded", label());
      return close(CloseReason::max_payload_exceeded, "Maximum Payload Violation");
    case ParseError::connect_expected:
      return refuse();
  }
}

void ClientSession::on_close(CloseReason reason) {
  base::log::debug("{} - Client connection closed: {}", label(), to_string(reason));
  auth_timer_.stop();
  tls_timer_.stop();
  expiry_.stop();
  state_ = snapshot_with_subscriptions();
  state_.reason = reason;
  for (const auto& [sid, subscription] : subscriptions_) {
    clients_.exchange().unsubscribe(*identity_.account, *subscription);
    unfollow_imports(*subscription);
    clients_.exchange().lose_interest(worker(), *identity_.account, subscription->subject);
  }
  subscriptions_.clear();
  if (identity_.account != nullptr) --identity_.account->clients();
  if (counted_) --clients_.connected();
  clients_.tell_closed(state_);
}

}  // namespace broker
