#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

// RFC 4648. Pure.
namespace base {

std::string to_base64(std::string_view bytes);  // with padding

// The alphabet for URLs, without padding: what tokens and their signatures are written in.
std::string to_base64url(std::string_view bytes);

// Takes both alphabets, with and without padding.
Result<std::string> from_base64(std::string_view text);

}  // namespace base
