#include "base/digest.h"

#include "base/files.h"

#include <array>

#include <fmt/format.h>
#include <openssl/sha.h>

namespace base {

std::string sha256(std::string_view bytes) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  SHA256(reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size(), digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

Result<std::string> sha256_of_file(const std::filesystem::path& file) {
  return sha256(TRY(read_file(file)));
}

std::string sha1(std::string_view bytes) {
  std::string digest(SHA_DIGEST_LENGTH, '\0');
  SHA1(reinterpret_cast<const unsigned char*>(bytes.data()),
       bytes.size(),
       reinterpret_cast<unsigned char*>(digest.data()));
  return digest;
}

}  // namespace base
