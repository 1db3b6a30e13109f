#pragma once

#include "broker/accounts/authenticator.h"
#include "broker/accounts/trusted_accounts.h"

// CONNECT with a user's JWT into a user, or a refusal.
// Source: nats-server server/auth.go (processClientOrLeafAuthentication)
namespace broker {

struct JwtLogin {
  std::optional<Identity> identity = {};

  // Why there is none: for the log. `loud`: not only when it is verbose.
  std::string why = {};
  bool loud = false;

  // The account has to be fetched first, which was not wanted now.
  bool must_fetch = false;
};

JwtLogin log_in(TrustedAccounts& accounts,
                const Credentials& credentials,
                TrustedAccounts::Fetch fetch);

// What has become of a user's right to be here, now that its account has other claims.
enum class Standing : std::uint8_t {
  good,
  revoked,
  refused,    // a bearer, where the account no longer wants them
  forgotten,  // the key that signed it is no longer the account's, or signs for something else
};

Standing standing(const Identity& identity, const KnownClaims& now);

}  // namespace broker
