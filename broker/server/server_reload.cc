// SIGHUP: all or nothing.
#include "broker/exchange/sharing.h"
#include "broker/server/reload.h"
#include "broker/server/server.h"
#include "broker/sessions/client_session.h"

#include <algorithm>
#include <random>

namespace broker {

base::Result<void> Server::do_reload() {
  if (ended_) return base::Error(base::ErrorCode::refused, "the server ends");
  auto done = try_reload();
  if (done) {
    // Who has read that has nobody left who lives by the old one.
    workers_.ask_all([](Worker&) { return true; });
    base::log::info("Reloaded server configuration");
  } else {
    base::log::error("Failed to reload server configuration: {}", done.error().what);
  }
  return done;
}

base::Result<void> Server::try_reload() {
  const auto before = options();
  if (before->config_file.empty()) {
    return base::Error(base::ErrorCode::refused,
                       "can only reload config when a file is provided using -c or --config");
  }
  ReadOptions read = TRY(reread_());
  Options& after = read.options;
  TRY(validate(after));
  // "Any free port" keeps the one it got.
  if (after.port <= 0 && before->port <= 0) after.port = before->port;
  if (after.websocket.port < 0 && before->websocket.port < 0) {
    after.websocket.port = before->websocket.port;
  }
  const ReloadPlan plan = TRY(plan_reload(*before, after));
  // Accounts in use are asked for where configuration says now.
  auto trusted = this->trusted();
  if (!(before->trust == after.trust)) trusted = TRY(make_trusted(after));
  TRY(use_tls(after));
  for (const std::string& notice : read.notices)
    base::log::warn("{}", notice);
  if (plan.log_changed) TRY(base::log::configure(after.log));
  for (const std::string& line : plan.lines)
    base::log::info("{}", line);
  apply_reload(*before, after, trusted);
  if (plan.pid_file_changed && !after.pid_file.empty()) {
    const auto written = write_pid_file(after.pid_file);
    if (!written) base::log::error("Could not write pidfile: {}", written.error().what);
  }
  if (plan.ports_file_changed) {
    remove_ports_file();
    write_ports_file();
  }
  if (plan.cluster_changed && cluster_) cluster_->reload(route_settings(after));
  if (plan.fewer_connections) close_excess_clients(after.limits.max_connections);
  return {};
}

void Server::apply_reload(const Options& before,
                          const Options& after,
                          const std::shared_ptr<TrustedAccounts>& trusted) {
  if (trusted != nullptr) renew_claims(*trusted);
  share_as(before, after);
  {
    const std::lock_guard lock(mutex_);
    options_ = std::make_shared<const Options>(after);
    options_loaded_ =
        std::chrono::time_point_cast<base::nanoseconds>(std::chrono::system_clock::now());
  }
  const auto renewed = [&](const AuthRules& rules, ConnectionType door) {
    auto authenticator = clients_.rules(door)->authenticator;
    const bool same = authenticator->rules() == rules && authenticator->trusted() == trusted;
    return same ? authenticator : std::make_shared<const Authenticator>(rules, accounts_, trusted);
  };
  renew_rules(after,
              renewed(after.auth, ConnectionType::standard),
              renewed(websocket_auth(after), ConnectionType::websocket),
              true);
}

// Accounts that are not named any more stay, empty-handed.
void Server::share_as(const Options& before, const Options& after) {
  std::vector<AccountRules> rules = after.accounts;
  for (const AccountRules& old : before.accounts) {
    const bool named = std::any_of(rules.begin(), rules.end(), [&](const AccountRules& each) {
      return each.name == old.name;
    });
    if (!named) rules.push_back({.name = old.name});
  }
  const std::lock_guard lock(sharing_);
  apply_rules(exchange_, accounts_, rules);
}

// Which ones go is left to chance, as in nats-server.
void Server::close_excess_clients(std::int64_t most) {
  if (most <= 0) return;
  const auto found = workers_.ask_all([](Worker& worker) {
    std::vector<std::shared_ptr<Destination>> clients;
    for_each_client(worker,
                    [&](ClientSession& client) { clients.push_back(client.destination()); });
    return clients;
  });
  std::vector<std::shared_ptr<Destination>> all;
  for (const auto& clients : found)
    all.insert(all.end(), clients.begin(), clients.end());
  if (all.size() <= static_cast<std::size_t>(most)) return;
  std::shuffle(all.begin(), all.end(), std::mt19937_64(std::random_device{}()));
  all.resize(all.size() - static_cast<std::size_t>(most));
  for (const auto& client : all) {
    close_client(client, CloseReason::max_connections_exceeded, "maximum connections exceeded");
  }
}

void Server::close_client(const std::shared_ptr<Destination>& client,
                          CloseReason reason,
                          std::string_view said) {
  workers_.at(client->worker).post([client, reason, said](Worker& worker) {
    for_each_client(worker, [&](ClientSession& session) {
      if (session.destination() == client) session.close(reason, said);
    });
  });
}

}  // namespace broker
