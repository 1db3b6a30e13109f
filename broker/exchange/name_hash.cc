#include "broker/exchange/name_hash.h"

#include "base/digest.h"

namespace broker {

std::string name_hash(std::string_view name, std::size_t letters) {
  static constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const std::string digest = base::sha256(name);
  std::string hash;
  for (std::size_t i = 0; i < letters; ++i) {
    const auto byte = std::stoul(digest.substr(2 * i, 2), nullptr, 16);
    hash += kDigits[byte % kDigits.size()];
  }
  return hash;
}

}  // namespace broker
