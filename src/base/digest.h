#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

// SHA-256 in lower-case hex: what a plan's `sha256` says of a release. OpenSSL is behind it.
namespace base {

std::string sha256(std::string_view bytes);
Result<std::string> sha256_of_file(const std::filesystem::path& file);

// The 20 bytes of SHA-1, with which websockets answer a handshake; it keeps no secret.
std::string sha1(std::string_view bytes);

}  // namespace base
