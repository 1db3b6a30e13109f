#include "base/ed25519.h"

#include <memory>

#include <openssl/evp.h>

namespace base {

Result<std::string> ed25519_public_key(std::string_view private_key) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519,
                                   nullptr,
                                   reinterpret_cast<const unsigned char*>(private_key.data()),
                                   private_key.size()),
      EVP_PKEY_free);
  std::string result(32, '\0');
  auto size = result.size();
  if (!key || EVP_PKEY_get_raw_public_key(
                  key.get(), reinterpret_cast<unsigned char*>(result.data()), &size) != 1) {
    return Error(ErrorCode::invalid, "this is no Ed25519 private key");
  }
  result.resize(size);
  return result;
}

}  // namespace base
