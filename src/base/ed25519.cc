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

bool ed25519_verifies(std::string_view public_key,
                      std::string_view message,
                      std::string_view signature) {
  const auto bytes = [](std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
  };
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(public_key), public_key.size()),
      EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> check(EVP_MD_CTX_new(),
                                                                      EVP_MD_CTX_free);
  return key && check &&
         EVP_DigestVerifyInit(check.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(
             check.get(), bytes(signature), signature.size(), bytes(message), message.size()) == 1;
}

}  // namespace base
