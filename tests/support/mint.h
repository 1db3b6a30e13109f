#pragma once

#include "base/json.h"
#include "contract/nkey.h"

#include <map>
#include <string>
#include <string_view>

// Keys and JWTs for tests: the same ones in every run, and nobody else's.
namespace support {

// A key pair whose private half is made of a name.
struct KeyPair {
  contract::NkeyKind kind = contract::NkeyKind::user;
  std::string private_key = {};  // 32 bytes

  static KeyPair named(contract::NkeyKind kind, std::string_view name);

  std::string public_key() const;                 // "UAB2..."
  std::string seed() const;                       // "SUAA..."
  std::string sign(std::string_view text) const;  // base64, of the alphabet for URLs
};

// Signed claims; "iss" is the signer. Version 1 signs the claims alone and calls its algorithm
// "ed25519".
std::string make_jwt(base::Json claims, const KeyPair& signer, int version = 2);

// A credentials file of a user.
std::string make_creds(const std::string& jwt, const KeyPair& user);

// Keys and JWTs by name, and texts in which they are named:
//
//   key| op operator              @op@ is its public key, @op.seed@ its seed
//   jwt| acme by op {"sub":"@a@","nats":{"type":"account","version":2}}
//                                 @acme@ is that JWT, signed by op now; what it names may be
//                                 defined later. "jwt1|" makes one of version 1
//   @len acme@                    how many bytes that JWT has
//   @now@ @now+2@ @now-60@        seconds since 1970
//   @sign ann@                    the signature of the nonce that was heard, by the key ann
//
// What is named and not known stays as it is.
class Mint {
 public:
  // True when the line was a definition.
  bool define(const std::string& line);

  std::string filled(const std::string& text, const std::string& nonce = {}) const;

 private:
  struct Token {
    std::string signer;
    std::string claims;
    int version;
  };

  std::string value_of(const std::string& name, const std::string& nonce) const;

  std::map<std::string, KeyPair> keys_;
  std::map<std::string, Token> tokens_;
};

}  // namespace support
