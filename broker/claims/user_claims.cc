#include "broker/claims/user_claims.h"

#include "contract/nkey.h"

namespace broker {

base::Result<UserClaims> read_user(Claims claims) {
  if (claims.kind != ClaimKind::user)
    return base::Error(base::ErrorCode::invalid, "not user claim");
  UserClaims user;
  // In version 1 nothing said was no limit, and the account stood outside.
  const bool old = claims.version == 1;
  if (old) user.limits.subscriptions = user.limits.data = user.limits.payload = kNoLimit;
  contract::JsonReader in(claims.body);
  if (old) in.get("issuer_account", user.issuer_account);
  in.with("nats", [&](contract::JsonReader& nats) {
    read_user_limits(nats, user.limits);
    if (!old) nats.get("issuer_account", user.issuer_account);
    // An empty list says something, too. Source: github.com/nats-io/jwt v2 (HasEmptyPermissions)
    const bool silent = nats.find("src") == nullptr && nats.find("times") == nullptr &&
                        nats.find("allowed_connection_types") == nullptr;
    user.unlimited = silent && user.limits == UserLimits{};
  });
  TRY(in.done());
  user.claims = std::move(claims);
  return user;
}

base::Result<UserClaims> decode_user(std::string_view token) {
  return read_user(TRY(decode_token(token)));
}

Issues check(const UserClaims& user, std::int64_t now) {
  Issues issues;
  check_times(user.claims, now, issues);
  check_user_limits(user.limits, issues);
  if (!user.issuer_account.empty() &&
      !contract::is_nkey(user.issuer_account, contract::NkeyKind::account)) {
    issues.error("account_id is not an account public key");
  }
  return issues;
}

}  // namespace broker
