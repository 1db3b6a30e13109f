// Accounts that operators sign for.
#include "broker/accounts/claimed_rules.h"
#include "broker/exchange/sharing.h"
#include "broker/leaf/leaf_session.h"
#include "broker/server/resolvers.h"
#include "broker/server/server.h"
#include "broker/sessions/client_session.h"

namespace broker {

base::Result<void> Server::prepare() {
  const auto options = this->options();
  const auto trusted = TRY(make_trusted(*options));
  if (trusted == nullptr) return {};
  TRY(find_system_account(*options, *trusted));
  const auto by = [&](const AuthRules& rules) {
    return std::make_shared<const Authenticator>(rules, accounts_, trusted);
  };
  clients_.set_rules(make_rules(*options, by(options->auth)));
  clients_.set_rules(make_websocket_rules(*options, by(websocket_auth(*options))),
                     ConnectionType::websocket);
  return {};
}

// Null without operators.
base::Result<std::shared_ptr<TrustedAccounts>> Server::make_trusted(const Options& options) {
  std::shared_ptr<TrustedAccounts> trusted;
  if (!options.auth.trust.enabled()) return trusted;
  auto resolver = TRY(make_resolver(options.trust));
  trusted =
      std::make_shared<TrustedAccounts>(options.auth.trust, accounts_, std::move(resolver), [] {
        return std::chrono::time_point_cast<base::nanoseconds>(std::chrono::system_clock::now());
      });
  trusted->when_changed([this, weak = std::weak_ptr(trusted)](Account& account) {
    claims_changed(account);
    workers_.fetches().submit([this, weak, &account] {
      if (const auto accounts = weak.lock()) find_exporters(account, *accounts);
    });
  });
  return trusted;
}

base::Result<void> Server::find_system_account(const Options& options, TrustedAccounts& trusted) {
  if (options.system_account.empty()) return {};
  auto found = trusted.look_up(options.system_account, TrustedAccounts::Fetch::whatever_it_takes);
  if (found) return {};
  const auto kind =
      options.trust.resolver ? options.trust.resolver->kind : ResolverSettings::Kind::memory;
  if (options.trust.operators.size() != 1 || kind == ResolverSettings::Kind::memory) {
    return std::move(found).error().in("error resolving system account");
  }
  trusted.bootstrap(accounts_.system());
  return {};
}

// Any thread. What every account shares may depend on these claims. Its clients hear of it on their
// workers; when they are too many, the oldest go.
// Source: nats-server server/accounts.go (updateAccountClaimsWithRefresh)
void Server::claims_changed(Account& account) {
  share_by_claims();
  const std::int64_t most = account.shape()->rules.limits.max_connections;
  if (most >= 0 && account.clients() > most) {
    control_.post([this, &account, most] { close_oldest_clients(account, most); });
  }
  workers_.post_all([&account](Worker& worker) {
    for_each_client(worker, [&](ClientSession& client) {
      client.account_changed(account);
      client.renew_account();
    });
    for_each_leaf(worker, [&](LeafSession& leaf) { leaf.account_changed(account); });
  });
}

void Server::share_by_claims() {
  const std::lock_guard lock(sharing_);
  const ClaimsOf claims_of = [this](const std::string& name) {
    const Account* known = accounts_.find(name);
    return known != nullptr ? known->claims() : nullptr;
  };
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::vector<AccountRules> rules;
  for (const Account* each : accounts_.all()) {
    const auto claims = each->claims();
    if (claims != nullptr) rules.push_back(rules_of(claims->claims, claims_of, now));
  }
  apply_rules(exchange_, accounts_, rules);
}

// Those it imports from, as far as they are not known yet.
void Server::find_exporters(const Account& account, TrustedAccounts& trusted) {
  const auto claims = account.claims();
  if (claims == nullptr) return;
  for (const ClaimedImport& import : claims->claims.imports) {
    const Account* exporter = accounts_.find(import.account);
    if (exporter != nullptr && exporter->claims() != nullptr) continue;
    const auto found = trusted.look_up(import.account, TrustedAccounts::Fetch::whatever_it_takes);
    if (!found) {
      base::log::error("Can't locate account [{}] for import of [{}] (err={})",
                       import.account,
                       import.subject,
                       found.error().what);
    }
  }
}

void Server::close_oldest_clients(Account& account, std::int64_t most) {
  if (ended_) return;

  struct Client {
    base::WallTime start;
    std::shared_ptr<Destination> destination;
  };

  std::vector<Client> clients;
  for (auto& found : workers_.ask_all([&account](Worker& worker) {
         std::vector<Client> here;
         for_each_client(worker, [&](ClientSession& client) {
           if (client.identity().account != &account) return;
           here.push_back({client.state().start, client.destination()});
         });
         return here;
       })) {
    clients.insert(clients.end(), found.begin(), found.end());
  }
  const auto kept = std::min(clients.size(), static_cast<std::size_t>(most));
  std::sort(clients.begin(), clients.end(), [](const Client& a, const Client& b) {
    return a.start > b.start;
  });
  for (std::size_t i = kept; i < clients.size(); ++i) {
    close_client(clients[i].destination,
                 CloseReason::max_account_connections_exceeded,
                 "maximum account active connections exceeded");
  }
}

// After a reload: the accounts in use are what the resolver says now, and those it no longer has
// are none. Source: nats-server server/reload.go (reloadAuthorization)
void Server::renew_claims(TrustedAccounts& trusted) {
  AccountResolver* resolver = trusted.resolver();
  if (resolver == nullptr) return;
  resolver->reread();
  for (Account* account : accounts_.all()) {
    if (account->claims() == nullptr) continue;
    const auto token = resolver->at_hand(account->name());
    if (!token && token.error().code == base::ErrorCode::timeout) continue;
    const bool good = token && trusted.update(*account, *token);
    if (good) continue;
    base::log::info("Reloaded: deleting account [{}]: \"{}\"",
                    token ? "bad claims" : "removed",
                    account->name());
    account->set_claims(nullptr);
  }
}

}  // namespace broker
