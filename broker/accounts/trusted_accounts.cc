#include "broker/accounts/trusted_accounts.h"

#include "base/log.h"
#include "contract/nkey.h"

#include <algorithm>

namespace broker {

namespace {

using base::Error;
using base::ErrorCode;

// A resolver is not asked again for an account that it was just asked for.
// Source: nats-server server/server.go (updateAccount)
constexpr std::chrono::seconds kLeastAge{1};

bool holds(const std::vector<std::string>& keys, const std::string& key) {
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

}  // namespace

bool OperatorRules::trusts(const std::string& key) const {
  return holds(trusted_keys, key);
}

TrustedAccounts::TrustedAccounts(OperatorRules rules,
                                 AccountTable& accounts,
                                 std::shared_ptr<AccountResolver> resolver,
                                 Now now)
    : rules_(std::move(rules)),
      accounts_(accounts),
      resolver_(std::move(resolver)),
      now_(std::move(now)) {}

std::int64_t TrustedAccounts::now_seconds() const {
  return std::chrono::floor<std::chrono::seconds>(now_().time_since_epoch()).count();
}

base::Result<std::shared_ptr<const KnownClaims>> TrustedAccounts::verify(
    const std::string& key, const std::string& token) const {
  AccountClaims claims = TRY(decode_account(token));
  const Error invalid(ErrorCode::invalid, "account validation failed");
  if (!rules_.trusts(claims.claims.issuer)) return invalid;
  if (check(claims, now_seconds()).block(true)) return invalid;
  if (claims.claims.subject != key) return invalid;
  auto known = std::make_shared<KnownClaims>();
  known->own_key_signs = !holds(rules_.strict_keys, claims.claims.issuer);
  known->claims = std::move(claims);
  known->token = token;
  known->updated = now_();
  return std::shared_ptr<const KnownClaims>(std::move(known));
}

base::Result<Account*> TrustedAccounts::look_up(const std::string& key, Fetch fetch) {
  Account* account = accounts_.find(key);
  const auto known = account != nullptr ? account->claims() : nullptr;
  if (known != nullptr && !known->claims.is_expired(now_seconds())) return account;
  if (known != nullptr && now_() - known->updated < kLeastAge) {
    return Error(ErrorCode::invalid, "account expired");
  }
  if (resolver_ == nullptr) return Error(ErrorCode::not_found, "account missing");
  if (!contract::is_nkey(key, contract::NkeyKind::account)) {
    return Error(ErrorCode::invalid, "will only fetch valid account keys");
  }
  const bool quick = fetch == Fetch::if_quick;
  const auto token = quick ? resolver_->at_hand(key) : resolver_->fetch(key);
  if (!token) {
    if (token.error().code != ErrorCode::timeout || !quick) {
      base::log::warn("Account fetch failed: {}", token.error().what);
    }
    return token.error();
  }
  if (account == nullptr) {
    TRY(verify(key, *token));  // no account for claims that do not hold
    account = &accounts_.add(key);
  }
  TRY(update(*account, *token));
  look_up_exporters(*account, fetch);
  return account;
}

// Those it imports from come along. Who cannot be had now is looked for when it is missed.
void TrustedAccounts::look_up_exporters(const Account& account, Fetch fetch) {
  const auto known = account.claims();
  for (const ClaimedImport& import : known->claims.imports) {
    const Account* exporter = accounts_.find(import.account);
    if (exporter != nullptr && exporter->claims() != nullptr) continue;
    if (const auto found = look_up(import.account, fetch); !found) {
      base::log::debug("Can't locate account [{}] for import of [{}]: {}",
                       import.account,
                       import.subject,
                       found.error().what);
    }
  }
}

base::Result<void> TrustedAccounts::update(Account& account, const std::string& token) {
  const std::lock_guard lock(mutex_);
  const auto before = account.claims();
  if (before != nullptr && before->token == token) return {};
  account.set_claims(TRY(verify(account.name(), token)));
  base::log::debug("Updating account claims: {}/{}", account.name(), account.name_tag());
  if (changed_) changed_(account);
  return {};
}

void TrustedAccounts::retire(Account& account) {
  const std::lock_guard lock(mutex_);
  const auto known = account.claims();
  if (known == nullptr) return;
  base::log::debug("Disable account {} due to remove", account.name());
  auto ended = std::make_shared<KnownClaims>(*known);
  ended->claims.claims.expires = 1;
  ended->updated = now_();
  account.set_claims(std::move(ended));
  if (changed_) changed_(account);
}

void TrustedAccounts::bootstrap(Account& account) {
  if (account.claims() != nullptr) return;
  auto known = std::make_shared<KnownClaims>();
  known->claims.claims.subject = account.name();
  known->claims.claims.issuer = rules_.trusted_keys.front();
  ClaimedLimits& limits = known->claims.limits;
  limits.subscriptions = limits.payload = limits.data = kNoLimit;
  limits.connections = limits.leaf_connections = kNoLimit;
  limits.imports = limits.exports = kNoLimit;
  known->updated = now_();
  account.set_claims(std::move(known));
}

}  // namespace broker
