#include "broker/accounts/jwt_login.h"

#include "base/text.h"
#include "broker/claims/networks.h"
#include "broker/claims/template.h"
#include "broker/claims/times.h"
#include "contract/nkey.h"

#include <algorithm>
#include <set>

namespace broker {

namespace {

using base::Error;
using base::ErrorCode;

// Of a refusal that stands in the log without being asked for.
constexpr ErrorCode kLoud = ErrorCode::refused;

Error refused(std::string why) {
  return {ErrorCode::invalid, std::move(why)};
}

std::optional<SubjectRules> rules_of(const ClaimedSubjects& claimed) {
  if (claimed.empty()) return std::nullopt;
  SubjectRules rules;
  if (!claimed.allow.empty()) rules.allow = claimed.allow;
  rules.deny = claimed.deny;
  return rules;
}

// Nothing when the claims leave it to others.
std::optional<PermissionRules> rules_of(const ClaimedPermissions& claimed) {
  if (claimed.empty()) return std::nullopt;
  PermissionRules rules;
  rules.publish = rules_of(claimed.publish).value_or(SubjectRules{});
  rules.subscribe = rules_of(claimed.subscribe).value_or(SubjectRules{});
  if (claimed.responses) {
    ResponseRules responses;
    if (claimed.responses->most != 0) responses.max = claimed.responses->most;
    if (claimed.responses->expires != 0) {
      responses.expires = base::nanoseconds(claimed.responses->expires);
    }
    rules.allow_responses = responses;
  }
  return rules;
}

base::Result<void> check_signature(const UserClaims& user, const Credentials& credentials) {
  if (user.limits.bearer) return {};
  if (credentials.signature.empty()) return refused("Signature missing");
  if (!contract::nkey_verifies(user.claims.subject, credentials.nonce, credentials.signature)) {
    return refused("Signature not verified");
  }
  return {};
}

// The limits that hold for this user: its own, or those of the key that signed it.
base::Result<UserLimits> limits_of(const UserClaims& user, const KnownClaims& account) {
  const SigningKey* key = account.signer(user.claims.issuer);
  if (key == nullptr) return refused("User JWT issuer is not known");
  if (!key->scope) return user.limits;
  if (!user.unlimited) {
    return refused("User JWT is not valid: scoped users require no permissions or limits set");
  }
  const Claims& claims = account.claims.claims;
  auto filled = fill_template(*key->scope, user, {claims.name, claims.subject, claims.tags});
  if (!filled) return refused("User JWT generated invalid permissions");
  return filled;
}

base::Result<void> check_circumstances(const UserClaims& user,
                                       const KnownClaims& account,
                                       const Credentials& credentials) {
  const auto& limits = user.limits;
  if (limits.bearer && account.claims.limits.disallow_bearer) {
    return refused("Account does not allow bearer tokens");
  }
  if (!allows(limits.connection_types, credentials.door)) {
    return refused("Connection type not allowed");
  }
  if (limits.proxy_required) return refused("Client not allowed without a proxy");
  TRY(check_signature(user, credentials));
  if (account.claims.revokes(user.claims.subject, user.claims.issued)) {
    return refused("User authentication revoked");
  }
  const bool here =
      limits.sources.empty() ||
      std::any_of(limits.sources.begin(), limits.sources.end(), [&](const std::string& network) {
        return network_contains(network, credentials.address);
      });
  if (!here) return Error(kLoud, "Bad src Ip " + credentials.address);
  // Who may come in otherwise, an authorization service would have to say, and none is asked here.
  const auto& authorizers = account.claims.authorizers;
  const auto& self = user.claims.subject;
  if (!authorizers.empty() &&
      std::find(authorizers.begin(), authorizers.end(), self) == authorizers.end()) {
    return Error(kLoud, "The account's users are for an authorization service to let in");
  }
  return {};
}

Identity make_identity(const UserClaims& user,
                       Account& account,
                       const KnownClaims& known,
                       base::WallTime until) {
  auto grant = std::make_shared<UserGrant>();
  grant->issuer = user.claims.issuer;
  grant->by_signing_key = !user.issuer_account.empty();
  grant->name = user.claims.name;
  grant->tags = user.claims.tags;
  grant->issued = user.claims.issued;
  grant->bearer = user.limits.bearer;
  grant->max_subscriptions = user.limits.subscriptions;
  grant->max_payload = user.limits.payload;
  grant->until = until;
  grant->by = account.claims();
  Identity identity{user.claims.subject, &account};
  auto rules = rules_of(user.limits.permissions);
  if (!rules) rules = rules_of(known.claims.default_permissions);
  if (rules) identity.permissions = std::make_shared<const Permissions>(*std::move(rules));
  identity.grant = std::move(grant);
  return identity;
}

base::Result<Identity> identify(TrustedAccounts& accounts,
                                const Credentials& credentials,
                                TrustedAccounts::Fetch fetch) {
  if (credentials.jwt.empty()) return refused("Authentication requires a user JWT");
  auto decoded = decode_user(credentials.jwt);
  if (!decoded) return std::move(decoded).error().in("User JWT not valid");
  UserClaims& user = *decoded;
  if (check(user, accounts.now_seconds()).block(true)) return refused("User JWT no longer valid");
  const auto& pinned = accounts.rules().pinned_accounts;
  if (!pinned.empty() && std::find(pinned.begin(), pinned.end(), user.account()) == pinned.end()) {
    accounts.count_pinned_fail();
    return refused("Account " + user.account() + " not listed as operator pinned account");
  }
  auto found = accounts.look_up(user.account(), fetch);
  if (!found) return std::move(found).error().in("Account JWT lookup error");
  const auto known = (*found)->claims();
  if (!accounts.rules().trusts(known->claims.claims.issuer)) {
    return refused("Account JWT not signed by trusted operator");
  }
  user.limits = TRY(limits_of(user, *known));
  if (known->claims.is_expired(accounts.now_seconds())) {
    return refused("Account JWT has expired");
  }
  TRY(check_circumstances(user, *known, credentials));
  const base::WallTime now = accounts.now();
  const auto left = time_left(user.limits, now);
  if (!left) return Error(kLoud, "Outside connect times");
  base::WallTime until = base::WallTime::max();
  if (*left < base::WallTime::max() - now) until = now + *left;
  if (user.claims.expires != 0) {
    until = std::min(until, base::WallTime(std::chrono::seconds(user.claims.expires)));
  }
  return make_identity(user, **found, *known, until);
}

}  // namespace

JwtLogin log_in(TrustedAccounts& accounts,
                const Credentials& credentials,
                TrustedAccounts::Fetch fetch) {
  auto identity = identify(accounts, credentials, fetch);
  if (identity) return {.identity = *std::move(identity)};
  const Error& error = identity.error();
  return {
      .why = error.what,
      .loud = error.code == kLoud,
      .must_fetch = fetch == TrustedAccounts::Fetch::if_quick && error.code == ErrorCode::timeout};
}

Standing standing(const Identity& identity, const KnownClaims& now) {
  const UserGrant& grant = *identity.grant;
  if (grant.bearer && now.claims.limits.disallow_bearer) return Standing::refused;
  if (now.claims.revokes(identity.user, grant.issued)) return Standing::revoked;
  if (!grant.by_signing_key) return Standing::good;
  const SigningKey* key = now.signer(grant.issuer);
  const SigningKey* old = grant.by->signer(grant.issuer);
  if (key == nullptr || (old != nullptr && !(*old == *key))) return Standing::forgotten;
  return Standing::good;
}

}  // namespace broker
