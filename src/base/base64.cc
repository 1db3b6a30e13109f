#include "base/base64.h"

#include <array>
#include <cstdint>

namespace base {

namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view kUrlDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string encode(std::string_view bytes, std::string_view digits) {
  std::string text;
  std::uint32_t waiting = 0;
  int bits = 0;
  for (const char byte : bytes) {
    waiting = (waiting << 8 | static_cast<unsigned char>(byte)) & 0xFFFF;
    for (bits += 8; bits >= 6; bits -= 6)
      text += digits[(waiting >> (bits - 6)) & 63];
  }
  if (bits > 0) text += digits[(waiting << (6 - bits)) & 63];
  return text;
}

int value_of(char digit) {
  if (digit == '-') return 62;
  if (digit == '_') return 63;
  const auto at = kDigits.find(digit);
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  std::string text = encode(bytes, kDigits);
  while (text.size() % 4 != 0)
    text += '=';
  return text;
}

std::string to_base64url(std::string_view bytes) {
  return encode(bytes, kUrlDigits);
}

Result<std::string> from_base64(std::string_view text) {
  while (text.ends_with('='))
    text.remove_suffix(1);
  std::string bytes;
  std::uint32_t waiting = 0;
  int bits = 0;
  for (const char digit : text) {
    const int value = value_of(digit);
    if (value < 0) return Error(ErrorCode::invalid, "base64: a character that is none of it");
    waiting = (waiting << 6 | static_cast<std::uint32_t>(value)) & 0xFFFF;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>((waiting >> bits) & 0xFF);
  }
  if (bits >= 6) return Error(ErrorCode::invalid, "base64: the text is cut off");
  return bytes;
}

}  // namespace base
