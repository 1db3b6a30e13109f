#pragma once

#include "base/result.h"

#include <cstdint>
#include <string>
#include <string_view>

// NATS's keys as text: base32 of a prefix that tells the kind, the 32 bytes, and a CRC.
//
//   SUAAAAICAMCAKBQHBAEQUCYMBUHA6EARCIJRIFIWC4MBSGQ3DQOR4H776Y   a user's seed: secret
//   UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK     its public key
//
// Source: github.com/nats-io/nkeys, crc16.go and strkey.go.
namespace contract {

// The public key of a seed. The error never shows the seed.
base::Result<std::string> public_nkey(std::string_view seed);

// The signature of `message` by the owner of a seed, 64 bytes.
base::Result<std::string> nkey_sign(std::string_view seed, std::string_view message);

// The first seed in a text: a file may hold it alone, or between dashed lines with words around.
base::Result<std::string> seed_in(std::string_view text);

// Whose key it is, by the prefix that its first letter comes from.
enum class NkeyKind : std::uint8_t {
  account = 0x00,  // A
  server = 0x68,   // N
  root = 0x70,     // O: an operator
  user = 0xa0,     // U
};

// 32 bytes as the text of a public key, 56 letters.
std::string nkey_text(NkeyKind kind, std::string_view key);

// Whether a text is a public key of that kind: its letters, its prefix, its check sum.
bool is_nkey(std::string_view text, NkeyKind kind);

// Whether `signature`, base64 of either alphabet, is that of `message` by the owner of a public
// key.
bool nkey_verifies(std::string_view public_key,
                   std::string_view message,
                   std::string_view signature);

}  // namespace contract
