// Who a client is: what CONNECT shows becomes an identity, which may end or change.
#include "base/log.h"
#include "broker/sessions/certificate_names.h"
#include "broker/sessions/client_session.h"

#include <fmt/format.h>

namespace broker {

namespace {

// The lesser of two limits, of which any may be none.
std::int64_t least(std::int64_t a, std::int64_t b) {
  if (a < 0 || b < 0) return std::max(a, b);
  return std::min(a, b);
}

}  // namespace

void ClientSession::take_cookies() {
  if (cookies_ == nullptr) return;
  if (connect_.jwt.empty()) connect_.jwt = cookies_->jwt;
  if (connect_.user.empty()) connect_.user = cookies_->user;
  if (connect_.pass.empty()) connect_.pass = cookies_->password;
  if (connect_.auth_token.empty()) connect_.auth_token = cookies_->token;
}

Credentials ClientSession::credentials() {
  Credentials given{connect_.user, connect_.pass, connect_.auth_token};
  given.nkey = connect_.nkey;
  given.signature = connect_.sig;
  given.nonce = nonce_;
  given.jwt = connect_.jwt;
  given.address = state_.remote.ip;
  given.door = state_.door;
  if (const auto& peer = connection().tls_peer())
    given.certificate_names = certificate_names(*peer);
  return given;
}

void ClientSession::authenticate() {
  const auto authenticator = rules_->authenticator;
  if (authenticator->trusted() != nullptr) {
    hold();
    return start_login(Occasion::connect, TrustedAccounts::Fetch::if_quick);
  }
  const Credentials given = credentials();
  if (!authenticator->is_slow(given)) return finish_connect(authenticator->authenticate(given));

  hold();  // what follows CONNECT waits for the answer
  worker().all().slow_work().submit([authenticator, given, to = destination(), &worker = worker()] {
    worker.post([to, identity = authenticator->authenticate(given)](Worker&) {
      if (to->endpoint == nullptr) return;  // closed meanwhile
      auto& session = static_cast<ClientSession&>(*to->endpoint);
      session.finish_connect(identity);
      session.resume();
    });
  });
}

void ClientSession::finish_connect(const std::optional<Identity>& identity) {
  if (!identity) return refuse();
  const std::size_t told_payload = max_payload_;
  if (!become(*identity)) return;
  info_waits_ = info_waits_ || max_payload_ != told_payload;
  parser().require_connect(false);
  state_.connected = true;
  state_.name = connect_.name;
  state_.lang = connect_.lang;
  state_.version = connect_.version;
  destination()->headers = takes_headers();
  if (connect_.protocol < 0 || connect_.protocol > contract::kClientProtocol) {
    return close(CloseReason::bad_client_protocol_version, "invalid client protocol");
  }
  if (connect_.no_responders && !takes_headers()) {
    return close(CloseReason::no_responders_requires_headers,
                 "no responders requires headers support");
  }
  if (keepalive().rtt().count() == 0) {
    keepalive().assume_rtt(std::chrono::system_clock::now() - state_.start);
  }
  keepalive().start();
  if (connect_.verbose) write(kOk);
  clients_.tell_connected(snapshot());
}

void ClientSession::refuse() {
  base::log::error("{} - authentication error", label());
  state_.user = connect_.nkey.empty() ? connect_.user : connect_.nkey;
  if (state_.account.empty()) state_.account = contract::kGlobalAccount;
  if (keepalive().rtt().count() == 0) {
    keepalive().assume_rtt(std::chrono::system_clock::now() - state_.start);
  }
  state_.name = connect_.name;
  state_.lang = connect_.lang;
  state_.version = connect_.version;
  clients_.tell_refused(snapshot());
  close(CloseReason::authentication_violation, "Authorization Violation");
}

// JWTs are looked at beside the workers: signatures take their time, and the account's JWT may have
// to be fetched. What follows CONNECT waits.
void ClientSession::start_login(Occasion occasion, TrustedAccounts::Fetch fetch) {
  const bool quick = fetch == TrustedAccounts::Fetch::if_quick;
  SlowWork& queue = quick ? worker().all().slow_work() : worker().all().fetches();
  queue.submit([trusted = rules_->authenticator->trusted(),
                given = credentials(),
                occasion,
                fetch,
                to = destination(),
                &worker = worker()] {
    worker.post([to, occasion, login = log_in(*trusted, given, fetch)](Worker&) {
      if (to->endpoint == nullptr) return;  // closed meanwhile
      static_cast<ClientSession&>(*to->endpoint).finish_login(occasion, login);
    });
  });
}

void ClientSession::finish_login(Occasion occasion, const JwtLogin& login) {
  if (is_closed()) return;
  if (login.must_fetch) return start_login(occasion, TrustedAccounts::Fetch::whatever_it_takes);
  if (!login.identity) {
    login.loud ? base::log::error("{} - {}", label(), login.why)
               : base::log::debug("{} - {}", label(), login.why);
  }
  if (occasion == Occasion::connect) {
    finish_connect(login.identity);
  } else {
    login.identity ? void(become(*login.identity)) : refuse();
  }
  if (!is_closed()) resume();
}

// False: its account has no room for it.
bool ClientSession::become(const Identity& identity) {
  Account* before = identity_.account;
  if (before != identity.account) {
    const std::int64_t most = identity.account->shape()->rules.limits.max_connections;
    const std::int64_t number = ++identity.account->clients();
    if (most >= 0 && number > most) {
      --identity.account->clients();
      state_.account = identity.account->name();
      base::log::error("{} - maximum account active connections exceeded", label());
      close(CloseReason::max_account_connections_exceeded,
            "maximum account active connections exceeded");
      return false;
    }
    if (before != nullptr) --before->clients();
  }
  identity_ = identity;
  mappings_ = identity.account->shape()->mappings;
  take_limits();
  publish_answers_.clear();
  state_.user = identity.user;
  state_.account = identity.account->name();
  if (identity.grant != nullptr) {
    state_.jwt = connect_.jwt;
    state_.issuer_key =
        identity.grant->by_signing_key ? identity.grant->issuer : identity.account->name();
    state_.name_tag = identity.grant->name;
    state_.tags = identity.grant->tags;
  }
  if (identity.permissions != nullptr && identity.permissions->allow_responses()) {
    const auto& rules = *identity.permissions->allow_responses();
    if (destination()->reply_permits == nullptr) {
      destination()->reply_permits = std::make_shared<ReplyPermits>(rules);
    }
  }
  if (before != nullptr && !subscriptions_.empty()) renew_subscriptions(*before);
  end_at_subscription_limit();
  if (!is_closed()) watch_expiry();
  return !is_closed();
}

SessionLimits ClientSession::session_limits(const ClientLimits& limits) {
  return {{limits.max_control_line, limits.max_payload},
          limits.max_pending,
          limits.write_deadline,
          {limits.first_ping, limits.ping_interval, limits.ping_max}};
}

// Of the server's limits, the account's and the user's the least hold.
void ClientSession::take_limits() {
  ClientLimits limits = rules_->limits;
  std::int64_t payload = static_cast<std::int64_t>(limits.max_payload);
  most_subscriptions_ = limits.max_subscriptions > 0 ? limits.max_subscriptions : -1;
  const auto lower = [&](std::int64_t most_payload, std::int64_t most_subscriptions) {
    payload = least(payload, most_payload);
    most_subscriptions_ = least(most_subscriptions_, most_subscriptions);
  };
  if (identity_.account != nullptr) {
    const AccountLimits& account = identity_.account->shape()->rules.limits;
    lower(account.max_payload, account.max_subscriptions);
  }
  if (const UserGrant* grant = identity_.grant.get()) {
    lower(grant->max_payload, grant->max_subscriptions);
  }
  limits.max_payload = max_payload_ = static_cast<std::size_t>(payload);
  set_limits(session_limits(limits));
}

bool ClientSession::at_subscription_limit() const {
  return most_subscriptions_ >= 0 &&
         static_cast<std::int64_t>(subscriptions_.size()) >= most_subscriptions_;
}

// Who came with a JWT, and has more than it may by now, goes.
void ClientSession::end_at_subscription_limit() {
  if (identity_.grant == nullptr || !at_subscription_limit()) return;
  base::log::error("{} - maximum subscriptions exceeded", label());
  close(CloseReason::max_subscriptions_exceeded, "maximum subscriptions exceeded");
}

// A JWT ends some day, the account's as well as the user's.
void ClientSession::watch_expiry() {
  expiry_.stop();
  const auto claims = identity_.account->claims();
  if (claims == nullptr || identity_.grant == nullptr) return;
  base::WallTime until = identity_.grant->until;
  std::string_view said = "User Authentication Expired";
  if (const std::int64_t end = claims->claims.claims.expires; end != 0) {
    const base::WallTime account_until{std::chrono::seconds(end)};
    if (account_until < until) said = "Account Authentication Expired";
    until = std::min(until, account_until);
  }
  if (until == base::WallTime::max()) return;
  const base::nanoseconds left = until - rules_->authenticator->trusted()->now();
  expiry_.start(std::max(left, base::nanoseconds(0)), [this, said] {
    base::log::debug("{} - {}", label(), said);
    close(CloseReason::authentication_expired, said);
  });
}

void ClientSession::account_changed(const Account& account) {
  if (is_closed() || identity_.account != &account) return;
  renew_account();
  end_at_subscription_limit();
  const auto claims = account.claims();
  if (is_closed() || claims == nullptr || identity_.grant == nullptr) return;
  watch_expiry();
  switch (standing(identity_, *claims)) {
    case Standing::good:
      return;
    case Standing::revoked:
      base::log::debug("{} - User Authentication Revoked", label());
      return close(CloseReason::revocation, "User Authentication Revoked");
    case Standing::refused:
      base::log::debug("{} - Bearer User JWT not allowed", label());
      return refuse();
    case Standing::forgotten:
      return close(CloseReason::authentication_violation);
  }
}

void ClientSession::reload(std::shared_ptr<const ClientRules> rules) {
  if (is_closed()) return;
  const auto before = std::exchange(rules_, std::move(rules));
  destination()->headers = takes_headers();
  renew_account();
  if (identity_.account == nullptr) take_limits();
  const bool trusts = rules_->authenticator->trusted() != nullptr;
  if (!trusts && rules_->authenticator->rules() == before->authenticator->rules()) return;
  if (!state_.connected && rules_->authenticator->required()) return parser().require_connect(true);
  if (trusts) {
    hold();
    return start_login(Occasion::reload, TrustedAccounts::Fetch::if_quick);
  }
  const auto identity = rules_->authenticator->reconsider(credentials(), *before->authenticator);
  identity ? void(become(*identity)) : refuse();
}

}  // namespace broker
