#pragma once

#include <string>
#include <string_view>

// The one door to libcrypt.
namespace broker {

// "$2a$11$..." and its like: such a configured password is a bcrypt hash, anything else is plain
// text.
bool is_bcrypt(std::string_view configured);

// Plain text is compared in constant time. Bcrypt takes as long as its cost says: tens of
// milliseconds.
bool password_matches(const std::string& configured, const std::string& given);

}  // namespace broker
