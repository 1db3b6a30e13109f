#pragma once

#include "base/units.h"
#include "broker/claims/account_claims.h"

#include <string>

namespace broker {

// What an account's JWT says, once an operator that we trust has signed it. Immutable.
struct KnownClaims {
  AccountClaims claims = {};
  std::string token = {};
  base::WallTime updated = {};

  // Whether the account's own key may sign users: not when its operator is strict, which goes for
  // its accounts, too.
  bool own_key_signs = true;

  // The key that signed a user, as far as it may; nullptr: it may not.
  const SigningKey* signer(const std::string& key) const;
};

}  // namespace broker
