#include "base/ed25519.h"

#include <memory>

#include <openssl/evp.h>

namespace base {

namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

unsigned char* bytes(std::string& text) {
  return reinterpret_cast<unsigned char*>(text.data());
}

Key private_of(std::string_view private_key) {
  return {EVP_PKEY_new_raw_private_key(
              EVP_PKEY_ED25519, nullptr, bytes(private_key), private_key.size()),
          EVP_PKEY_free};
}

}  // namespace

Result<std::string> ed25519_signature(std::string_view private_key, std::string_view message) {
  const Key key = private_of(private_key);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> sign(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
  std::string result(64, '\0');
  auto size = result.size();
  if (!key || !sign || EVP_DigestSignInit(sign.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(sign.get(), bytes(result), &size, bytes(message), message.size()) != 1) {
    return Error(ErrorCode::invalid, "this is no Ed25519 private key");
  }
  result.resize(size);
  return result;
}

Result<std::string> ed25519_public_key(std::string_view private_key) {
  const Key key = private_of(private_key);
  std::string result(32, '\0');
  auto size = result.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), bytes(result), &size) != 1) {
    return Error(ErrorCode::invalid, "this is no Ed25519 private key");
  }
  result.resize(size);
  return result;
}

bool ed25519_verifies(std::string_view public_key,
                      std::string_view message,
                      std::string_view signature) {
  const Key key(
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
