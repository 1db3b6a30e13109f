#pragma once

#include "base/result.h"

#include <filesystem>
#include <string>
#include <string_view>

// SHA-256 in lower-case hex: what a plan's `sha256` says of a release. OpenSSL is behind it.
namespace base {

std::string sha256(std::string_view bytes);
Result<std::string> sha256_of_file(const std::filesystem::path& file);

}  // namespace base
