#pragma once

#include "base/json.h"
#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

enum class ClaimKind : std::uint8_t { root, account, user, activation, other };

// What claims of every kind have. Times are seconds since 1970; 0: none.
struct Claims {
  ClaimKind kind = ClaimKind::other;
  int version = 0;
  std::string issuer = {};   // the public key that signed
  std::string subject = {};  // the public key that this is about
  std::string name = {};
  std::string audience = {};
  std::int64_t issued = 0;
  std::int64_t not_before = 0;
  std::int64_t expires = 0;
  std::vector<std::string> tags = {};
  base::Json body = {};  // all of it, as signed
};

// A JWT, "header.claims.signature", as what it claims: its signature is that of the issuer it
// names, whose key is of a kind that may sign this. Whether that issuer is to be trusted is for the
// caller to say. The errors are nats-server's. Source: github.com/nats-io/jwt v2 decoder.go
base::Result<Claims> decode_token(std::string_view token);

// The token in a text: what stands between two lines of dashes, or all of it.
std::string token_in(std::string_view text);

}  // namespace broker
