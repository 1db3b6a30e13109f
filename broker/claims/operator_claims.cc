#include "broker/claims/operator_claims.h"

#include "contract/json_reader.h"

namespace broker {

std::vector<std::string> OperatorClaims::trusted_keys() const {
  std::vector<std::string> keys;
  if (!strict) keys.push_back(claims.subject);
  keys.insert(keys.end(), signing_keys.begin(), signing_keys.end());
  return keys;
}

base::Result<OperatorClaims> decode_operator(std::string_view token) {
  OperatorClaims result;
  result.claims = TRY(decode_token(token));
  if (result.claims.kind != ClaimKind::root) {
    return base::Error(base::ErrorCode::invalid, "not operator claim");
  }
  contract::JsonReader in(result.claims.body);
  in.with("nats", [&](contract::JsonReader& nats) {
    nats.get("signing_keys", result.signing_keys)
        .get("account_server_url", result.account_server_url)
        .get("operator_service_urls", result.service_urls)
        .get("system_account", result.system_account);
    if (result.claims.version == 1) return;
    nats.get("assert_server_version", result.least_version)
        .get("strict_signing_key_usage", result.strict);
  });
  TRY(in.done());
  return result;
}

}  // namespace broker
