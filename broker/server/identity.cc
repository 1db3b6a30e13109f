#include "broker/server/identity.h"

#include <random>
#include <vector>

namespace broker {
namespace {

constexpr std::uint8_t kServerPrefix = 0x68;

// CRC-16/XMODEM: polynomial 0x1021, beginning with 0.
std::uint16_t crc16(const std::vector<std::uint8_t>& bytes) {
  unsigned crc = 0;
  for (const std::uint8_t byte : bytes) {
    crc ^= static_cast<unsigned>(byte) << 8;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
    }
  }
  return static_cast<std::uint16_t>(crc & 0xFFFF);
}

// RFC 4648, without padding.
std::string base32(const std::vector<std::uint8_t>& bytes) {
  static constexpr char kLetters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  unsigned waiting = 0;
  int bits = 0;
  for (const std::uint8_t byte : bytes) {
    waiting = (waiting << 8 | byte) & 0xFFFF;
    bits += 8;
    for (; bits >= 5; bits -= 5)
      out += kLetters[(waiting >> (bits - 5)) & 31];
  }
  if (bits > 0) out += kLetters[(waiting << (5 - bits)) & 31];
  return out;
}

}  // namespace

std::string nkey_text(std::uint8_t prefix, const std::array<std::uint8_t, 32>& bytes) {
  std::vector<std::uint8_t> raw = {prefix};
  raw.insert(raw.end(), bytes.begin(), bytes.end());
  const std::uint16_t crc = crc16(raw);
  raw.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  raw.push_back(static_cast<std::uint8_t>(crc >> 8));
  return base32(raw);
}

std::string make_server_id() {
  std::random_device random;
  std::array<std::uint8_t, 32> bytes{};
  for (auto& byte : bytes)
    byte = static_cast<std::uint8_t>(random() & 0xFF);
  return nkey_text(kServerPrefix, bytes);
}

}  // namespace broker
