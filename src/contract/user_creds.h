#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace contract {

// A credentials file: a user's JWT, and the seed of the key that it is for.
//
//   -----BEGIN NATS USER JWT-----
//   eyJ0...
//   ------END NATS USER JWT------
//   -----BEGIN USER NKEY SEED-----
//   SUA...
//   ------END USER NKEY SEED------
//
// Source: nats-server server/leafnode.go (credsRe): what stands between dashed lines counts.
struct UserCreds {
  std::string jwt = {};
  std::string seed = {};
};

// The error never shows what is secret.
base::Result<UserCreds> read_user_creds(std::string_view text);

}  // namespace contract
