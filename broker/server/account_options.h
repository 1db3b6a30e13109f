#pragma once

#include "broker/accounts/account_rules.h"
#include "broker/accounts/authenticator.h"
#include "broker/server/conf_report.h"
#include "broker/server/options.h"

#include <string>
#include <vector>

// Parts of the accounts block, each into plain data.
// Source: nats-server server/opts.go (parseAccounts, parseAccountExports, parseAccountMappings)
namespace broker {

// exports: [ { stream | service, accounts, response_type, threshold, latency, ... } ]
void read_exports(const contract::ConfField& field, AccountRules& account, ConfReport& report);

// imports: [ { stream | service: { account, subject }, prefix, to, share } ]
void read_imports(const contract::ConfField& field, AccountRules& account, ConfReport& report);

// mappings: { subject: destination | { ... } | [ { destination, weight, cluster } ] }
void read_mappings(const contract::ConfField& field, AccountRules& account, ConfReport& report);

// limits: { max_connections, max_subscriptions, max_payload, max_leafnodes }
void read_account_limits(const contract::ConfField& field,
                         AccountRules& account,
                         ConfReport& report);

// users: [ { user, password, permissions, ... } ], of an account or of none.
void read_users(const contract::ConfField& field,
                const std::string& account,
                std::vector<User>& users,
                ConfReport& report);

// Into `options`, each once. A mistake stands where `block` is.
void add_users(const std::vector<User>& users,
               const contract::ConfField& block,
               Options& options,
               ConfReport& report);

void with_default_permissions(std::vector<User>& users,
                              const std::optional<PermissionRules>& defaults);

}  // namespace broker
