#include "broker/accounts/password.h"

#include <cstring>
#include <memory>

#include <crypt.h>

namespace broker {

namespace {

// Takes as long whatever stands in the texts; only their lengths show.
bool equal_in_constant_time(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  unsigned char difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    difference = static_cast<unsigned char>(difference | (a[i] ^ b[i]));
  }
  return difference == 0;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

bool is_bcrypt(std::string_view configured) {
  constexpr std::string_view kVariants = "abxy";
  return configured.size() > 7 && configured[0] == '$' && configured[1] == '2' &&
         kVariants.find(configured[2]) != std::string_view::npos && configured[3] == '$' &&
         is_digit(configured[4]) && is_digit(configured[5]) && configured[6] == '$';
}

bool password_matches(const std::string& configured, const std::string& given) {
  if (!is_bcrypt(configured)) return equal_in_constant_time(configured, given);
  const auto work = std::make_unique<crypt_data>();  // 32 KiB
  const char* hash = crypt_r(given.c_str(), configured.c_str(), work.get());
  return hash != nullptr && equal_in_constant_time(hash, configured);
}

}  // namespace broker
