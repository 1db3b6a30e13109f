#include "contract/nkey.h"

#include "base/base64.h"
#include "base/ed25519.h"
#include "base/text.h"

#include <cstdint>
#include <optional>

namespace contract {

namespace {

using base::Error;
using base::ErrorCode;

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";  // RFC 4648
constexpr unsigned kSeedPrefix = 0x90;                                      // reads 'S'
constexpr std::size_t kSeedBytes = 2 + 32 + 2;                              // prefix, key, CRC
constexpr std::size_t kSeedLetters = 58;
constexpr std::size_t kPublicBytes = 1 + 32 + 2;  // prefix, key, CRC
constexpr std::size_t kPublicLetters = 56;

std::optional<std::string> from_base32(std::string_view text) {
  std::string bytes;
  unsigned held = 0;
  int bits = 0;
  for (const char letter : text) {
    const auto value = kAlphabet.find(letter);
    if (value == std::string_view::npos) return std::nullopt;
    held = (held << 5U | static_cast<unsigned>(value)) & 0xfffU;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(held >> static_cast<unsigned>(bits) & 0xffU);
  }
  return bytes;
}

std::string to_base32(std::string_view bytes) {
  std::string text;
  unsigned held = 0;
  int bits = 0;
  for (const char byte : bytes) {
    held = (held << 8U | static_cast<unsigned char>(byte)) & 0xfffU;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += kAlphabet[held >> static_cast<unsigned>(bits) & 31U];
    }
  }
  if (bits > 0) text += kAlphabet[held << static_cast<unsigned>(5 - bits) & 31U];
  return text;
}

// CRC-16/XMODEM, little endian.
std::string crc_of(std::string_view bytes) {
  unsigned crc = 0;
  for (const char byte : bytes) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 8U;
    for (int bit = 0; bit < 8; ++bit)
      crc = ((crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U) & 0xffffU;
  }
  return {static_cast<char>(crc & 0xffU), static_cast<char>(crc >> 8U)};
}

}  // namespace

namespace {

struct Seed {
  NkeyKind kind;
  std::string key;  // private
};

base::Result<Seed> read_seed(std::string_view seed) {
  const auto bytes = from_base32(seed);
  if (!bytes || bytes->size() != kSeedBytes) {
    return Error(ErrorCode::invalid, "this is no nkey seed: 58 letters that begin with S");
  }
  const auto raw = std::string_view(*bytes).substr(0, kSeedBytes - 2);
  if (crc_of(raw) != bytes->substr(kSeedBytes - 2)) {
    return Error(ErrorCode::invalid, "this nkey seed is damaged: its check sum is wrong");
  }
  const auto first = static_cast<unsigned char>(raw[0]);
  const auto second = static_cast<unsigned char>(raw[1]);
  if ((first & 0xf8U) != kSeedPrefix) {
    return Error(ErrorCode::invalid, "this is a public nkey, not a seed");
  }
  const auto kind = static_cast<NkeyKind>(((first & 7U) << 5U | second >> 3U) & 0xffU);
  return Seed{kind, std::string(raw.substr(2))};
}

}  // namespace

base::Result<std::string> public_nkey(std::string_view seed) {
  const Seed read = TRY(read_seed(seed));
  return nkey_text(read.kind, TRY(base::ed25519_public_key(read.key)));
}

base::Result<std::string> nkey_sign(std::string_view seed, std::string_view message) {
  return base::ed25519_signature(TRY(read_seed(seed)).key, message);
}

std::string nkey_text(NkeyKind kind, std::string_view key) {
  const std::string raw = static_cast<char>(kind) + std::string(key);
  return to_base32(raw + crc_of(raw));
}

namespace {

// Prefix and key; nothing when the text is no public key.
std::optional<std::string> public_bytes(std::string_view text) {
  auto bytes = text.size() == kPublicLetters ? from_base32(text) : std::nullopt;
  if (!bytes || bytes->size() != kPublicBytes) return std::nullopt;
  const auto crc = bytes->substr(kPublicBytes - 2);
  bytes->resize(kPublicBytes - 2);
  return crc_of(*bytes) == crc ? bytes : std::nullopt;
}

}  // namespace

bool is_nkey(std::string_view text, NkeyKind kind) {
  const auto bytes = public_bytes(text);
  return bytes && static_cast<unsigned char>(bytes->front()) == static_cast<unsigned char>(kind);
}

bool nkey_verifies(std::string_view public_key,
                   std::string_view message,
                   std::string_view signature) {
  const auto key = public_bytes(public_key);
  const auto signed_by = base::from_base64(signature);
  return key && signed_by &&
         base::ed25519_verifies(std::string_view(*key).substr(1), message, *signed_by);
}

base::Result<std::string> seed_in(std::string_view text) {
  for (const auto& line : base::split(text, '\n')) {
    const auto word = base::trim(line);
    if (word.size() == kSeedLetters && word.starts_with("S")) return std::string(word);
  }
  return Error(ErrorCode::invalid, "there is no nkey seed in it: 58 letters that begin with S");
}

}  // namespace contract
