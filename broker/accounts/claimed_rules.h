#pragma once

#include "broker/accounts/account_rules.h"
#include "broker/accounts/known_claims.h"

#include <functional>
#include <memory>
#include <string>

namespace broker {

// What is known of an exporting account; null: nothing.
using ClaimsOf = std::function<std::shared_ptr<const KnownClaims>(const std::string& account)>;

// An account's claims as what it shares, maps and limits. Imports with a token are permitted when
// the exporter signed it, its time is `now` and it was not revoked. Pure.
// Source: nats-server server/accounts.go (updateAccountClaimsWithRefresh, checkActivation)
AccountRules rules_of(const AccountClaims& claims, const ClaimsOf& claims_of, std::int64_t now);

}  // namespace broker
