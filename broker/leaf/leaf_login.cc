// Who comes in over a leaf connection: a user of the leafnodes block, or else one as clients are.
#include "base/log.h"
#include "broker/leaf/leaf_session.h"
#include "broker/sessions/certificate_names.h"

namespace broker {

namespace log = base::log;

Credentials LeafSession::credentials() {
  Credentials given{connect_.user, connect_.password, connect_.token};
  given.nkey = connect_.nkey;
  given.signature = connect_.signature;
  given.nonce = nonce_;
  given.jwt = connect_.jwt;
  given.address = state_.remote.ip;
  given.door = ConnectionType::leafnode;
  if (const auto& peer = connection().tls_peer())
    given.certificate_names = certificate_names(*peer);
  return given;
}

void LeafSession::authenticate() {
  const auto authenticator = common_.authenticator();
  if (authenticator->trusted() != nullptr) {
    hold();
    return start_login(TrustedAccounts::Fetch::if_quick);
  }
  if (!authenticator->configured()) {
    // Whatever it shows: there is nothing to hold it against.
    AccountTable& accounts = common_.clients().accounts();
    const std::string& name = settings_->account;
    return finish_connect(Identity{
        .user = connect_.user, .account = name.empty() ? &accounts.global() : &accounts.add(name)});
  }
  const Credentials given = credentials();
  if (!authenticator->is_slow(given)) return finish_connect(authenticator->authenticate(given));

  hold();  // what follows CONNECT waits for the answer
  worker().all().slow_work().submit([authenticator, given, to = destination(), &worker = worker()] {
    worker.post([to, identity = authenticator->authenticate(given)](Worker&) {
      if (to->endpoint == nullptr) return;  // closed meanwhile
      auto& session = static_cast<LeafSession&>(*to->endpoint);
      session.finish_connect(identity);
      if (!session.is_closed()) session.resume();
    });
  });
}

// As of clients: what is not known of the account is fetched, and what follows CONNECT waits.
void LeafSession::start_login(TrustedAccounts::Fetch fetch) {
  const bool quick = fetch == TrustedAccounts::Fetch::if_quick;
  SlowWork& queue = quick ? worker().all().slow_work() : worker().all().fetches();
  queue.submit([trusted = common_.clients().rules()->authenticator->trusted(),
                given = credentials(),
                fetch,
                to = destination(),
                &worker = worker()] {
    worker.post([to, login = log_in(*trusted, given, fetch)](Worker&) {
      if (to->endpoint == nullptr) return;  // closed meanwhile
      static_cast<LeafSession&>(*to->endpoint).finish_login(login);
    });
  });
}

void LeafSession::finish_login(const JwtLogin& login) {
  if (is_closed()) return;
  if (login.must_fetch) return start_login(TrustedAccounts::Fetch::whatever_it_takes);
  if (!login.identity) {
    login.loud ? log::error("{} - {}", label(), login.why)
               : log::debug("{} - {}", label(), login.why);
  }
  finish_connect(login.identity);
  if (!is_closed()) resume();
}

void LeafSession::finish_connect(const std::optional<Identity>& identity) {
  if (is_closed()) return;
  identity ? accept(*identity) : refuse();
}

void LeafSession::refuse() {
  log::error("{} - authentication error", label());
  close(CloseReason::authentication_violation, "Authorization Violation");
}

}  // namespace broker
