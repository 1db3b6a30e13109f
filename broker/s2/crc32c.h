#pragma once

#include <cstdint>
#include <string_view>

namespace broker {

// CRC-32C (Castagnoli) of some bytes, as RFC 3720 has it: e3069283 of "123456789". Pure.
std::uint32_t crc32c(std::string_view bytes);

}  // namespace broker
