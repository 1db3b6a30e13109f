#include "broker/s2/crc32c.h"

#include <array>
#include <cstring>

namespace broker {

namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reversed
constexpr std::size_t kStep = 8;                   // bytes looked up at once

using Tables = std::array<std::array<std::uint32_t, 256>, kStep>;

constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit)
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t table = 1; table < kStep; ++table) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[table - 1][byte];
      tables[table][byte] = (before >> 8U) ^ tables[0][before & 0xFFU];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();

}  // namespace

std::uint32_t crc32c(std::string_view bytes) {
  std::uint32_t crc = 0xFFFFFFFF;
  const char* at = bytes.data();
  const char* const end = at + bytes.size();
  for (; end - at >= static_cast<std::ptrdiff_t>(kStep); at += kStep) {
    std::array<unsigned char, kStep> eight{};
    std::memcpy(eight.data(), at, kStep);
    const std::uint32_t low =
        crc ^
        (static_cast<std::uint32_t>(eight[0]) | static_cast<std::uint32_t>(eight[1]) << 8U |
         static_cast<std::uint32_t>(eight[2]) << 16U | static_cast<std::uint32_t>(eight[3]) << 24U);
    crc = kTables[7][low & 0xFFU] ^ kTables[6][(low >> 8U) & 0xFFU] ^
          kTables[5][(low >> 16U) & 0xFFU] ^ kTables[4][low >> 24U] ^ kTables[3][eight[4]] ^
          kTables[2][eight[5]] ^ kTables[1][eight[6]] ^ kTables[0][eight[7]];
  }
  for (; at != end; ++at)
    crc = (crc >> 8U) ^ kTables[0][(crc ^ static_cast<unsigned char>(*at)) & 0xFFU];
  return ~crc;
}

}  // namespace broker
