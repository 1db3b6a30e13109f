#include "broker/accounts/known_claims.h"

namespace broker {

const SigningKey* KnownClaims::signer(const std::string& key) const {
  static const SigningKey kPlain;
  if (own_key_signs && key == claims.claims.subject) return &kPlain;
  const auto found = claims.signing_keys.find(key);
  return found == claims.signing_keys.end() ? nullptr : &found->second;
}

}  // namespace broker
