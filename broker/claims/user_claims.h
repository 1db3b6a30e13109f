#pragma once

#include "broker/claims/limits.h"

namespace broker {

struct UserClaims {
  Claims claims = {};
  std::string issuer_account = {};  // set when one of the account's signing keys signed
  UserLimits limits = {};
  bool unlimited = false;  // says nothing of what the user may: the signing key does

  // The account this user belongs to.
  const std::string& account() const {
    return issuer_account.empty() ? claims.issuer : issuer_account;
  }
};

base::Result<UserClaims> read_user(Claims claims);
base::Result<UserClaims> decode_user(std::string_view token);

Issues check(const UserClaims& user, std::int64_t now);

}  // namespace broker
