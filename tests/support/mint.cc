#include "tests/support/mint.h"

#include "base/base64.h"
#include "base/ed25519.h"

#include <chrono>
#include <memory>
#include <regex>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace support {

using base::Json;
using contract::NkeyKind;

namespace {

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::int64_t now_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

// Base32 of bytes and their check sum, as contract/nkey.h has it for public keys.
std::string with_check_sum(std::string raw) {
  unsigned crc = 0;
  for (const char byte : raw) {
    crc ^= static_cast<unsigned>(static_cast<unsigned char>(byte)) << 8U;
    for (int bit = 0; bit < 8; ++bit)
      crc = ((crc & 0x8000U) != 0 ? crc << 1U ^ 0x1021U : crc << 1U) & 0xffffU;
  }
  raw += static_cast<char>(crc & 0xffU);
  raw += static_cast<char>(crc >> 8U);
  std::string text;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char byte : raw) {
    held = (held << 8U | static_cast<unsigned char>(byte)) & 0xfffU;
    for (bits += 8; bits >= 5;) {
      bits -= 5;
      text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[held >> bits & 31U];
    }
  }
  if (bits > 0) text += "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"[held << (5 - bits) & 31U];
  return text;
}

NkeyKind kind_named(const std::string& name) {
  static const std::map<std::string, NkeyKind> kinds = {{"operator", NkeyKind::root},
                                                        {"account", NkeyKind::account},
                                                        {"user", NkeyKind::user},
                                                        {"server", NkeyKind::server}};
  return kinds.at(name);
}

}  // namespace

KeyPair KeyPair::named(NkeyKind kind, std::string_view name) {
  KeyPair pair{kind, std::string(SHA256_DIGEST_LENGTH, '\0')};
  SHA256(bytes(name), name.size(), reinterpret_cast<unsigned char*>(pair.private_key.data()));
  return pair;
}

std::string KeyPair::public_key() const {
  const auto key = base::ed25519_public_key(private_key);
  if (!key) throw std::runtime_error(key.error().what);
  return contract::nkey_text(kind, *key);
}

std::string KeyPair::seed() const {
  constexpr unsigned kSeedPrefix = 0x90;
  const auto prefix = static_cast<unsigned>(kind);
  std::string raw(1, static_cast<char>(kSeedPrefix | prefix >> 5U));
  raw += static_cast<char>((prefix & 31U) << 3U);
  return with_check_sum(raw + private_key);
}

std::string KeyPair::sign(std::string_view text) const {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      EVP_PKEY_new_raw_private_key(
          EVP_PKEY_ED25519, nullptr, bytes(private_key), private_key.size()),
      EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> work(EVP_MD_CTX_new(),
                                                                     EVP_MD_CTX_free);
  std::string signature(64, '\0');
  std::size_t size = signature.size();
  if (EVP_DigestSignInit(work.get(), nullptr, nullptr, nullptr, key.get()) != 1 ||
      EVP_DigestSign(work.get(),
                     reinterpret_cast<unsigned char*>(signature.data()),
                     &size,
                     bytes(text),
                     text.size()) != 1) {
    throw std::runtime_error("OpenSSL does not sign");
  }
  return base::to_base64url(signature);
}

std::string make_jwt(Json claims, const KeyPair& signer, int version) {
  if (claims.find("iat") == nullptr) claims.set("iat", now_seconds());
  claims.set("iss", signer.public_key());
  claims.set("jti", "test");
  const std::string header =
      version == 1 ? R"({"typ":"jwt","alg":"ed25519"})" : R"({"typ":"JWT","alg":"ed25519-nkey"})";
  const std::string body = base::to_base64url(claims.dump());
  const std::string text = base::to_base64url(header) + "." + body;
  return text + "." + signer.sign(version == 1 ? body : text);
}

std::string make_creds(const std::string& jwt, const KeyPair& user) {
  return "-----BEGIN NATS USER JWT-----\n" + jwt +
         "\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\n" + user.seed() +
         "\n------END USER NKEY SEED------\n";
}

bool Mint::define(const std::string& line) {
  static const std::regex key(R"(key\| (\w+) (\w+))");
  static const std::regex token(R"(jwt(1?)\| (\w+) by (\w+) (.*))");
  std::smatch parts;
  if (std::regex_match(line, parts, key)) {
    keys_[parts[1]] = KeyPair::named(kind_named(parts[2]), parts[1].str());
    return true;
  }
  if (!std::regex_match(line, parts, token)) return false;
  tokens_[parts[2]] = {parts[3], parts[4], parts[1].length() == 0 ? 2 : 1};
  return true;
}

std::string Mint::value_of(const std::string& name, const std::string& nonce) const {
  static const std::regex time(R"(now([+-]\d+)?)");
  static const std::regex signature(R"(sign (\w+))");
  std::smatch parts;
  if (std::regex_match(name, parts, time)) {
    const std::int64_t more = parts[1].matched ? std::stoll(parts[1].str()) : 0;
    return std::to_string(now_seconds() + more);
  }
  if (std::regex_match(name, parts, signature)) return keys_.at(parts[1]).sign(nonce);
  if (name.starts_with("len ")) {
    return std::to_string(value_of(name.substr(4), nonce).size());
  }
  if (const auto found = keys_.find(name); found != keys_.end()) return found->second.public_key();
  if (name.ends_with(".seed")) return keys_.at(name.substr(0, name.size() - 5)).seed();
  const auto found = tokens_.find(name);
  if (found == tokens_.end()) return "@" + name + "@";
  const Token& token = found->second;
  auto claims = Json::parse(filled(token.claims, nonce));
  if (!claims) throw std::runtime_error("the claims of " + name + ": " + claims.error().what);
  return make_jwt(*std::move(claims), keys_.at(token.signer), token.version);
}

std::string Mint::filled(const std::string& text, const std::string& nonce) const {
  static const std::regex name(R"(@([a-z][\w.+ -]*)@)");
  std::string result;
  std::size_t at = 0;
  for (std::sregex_iterator found(text.begin(), text.end(), name), end; found != end; ++found) {
    const auto begin = static_cast<std::size_t>(found->position());
    result += text.substr(at, begin - at) + value_of((*found)[1], nonce);
    at = begin + static_cast<std::size_t>(found->length());
  }
  return result + text.substr(at);
}

}  // namespace support
