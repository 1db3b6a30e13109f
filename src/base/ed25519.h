#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace base {

// The public key, 32 bytes, that belongs to an Ed25519 private key, 32 bytes. OpenSSL is behind it.
Result<std::string> ed25519_public_key(std::string_view private_key);

// The signature, 64 bytes, of `message` by the owner of a private key.
Result<std::string> ed25519_signature(std::string_view private_key, std::string_view message);

// Whether `signature` is that of `message` by the owner of the public key. False too when one of
// them has a wrong length.
bool ed25519_verifies(std::string_view public_key,
                      std::string_view message,
                      std::string_view signature);

}  // namespace base
