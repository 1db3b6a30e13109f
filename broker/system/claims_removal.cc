// $SYS.REQ.CLAIMS.DELETE: an operator takes accounts out of the folder.
#include "base/text.h"
#include "broker/system/claims.h"
#include "broker/system/claims_answers.h"
#include "contract/nkey.h"

#include <algorithm>

namespace broker {

namespace {

// What stands against it; empty: nothing.
std::string objection(const Claims& claims,
                      const OperatorClaims& trusted,
                      const std::string& system_account) {
  if (claims.subject != claims.issuer) return "not self signed";
  const auto keys = trusted.trusted_keys();
  if (std::find(keys.begin(), keys.end(), claims.issuer) == keys.end()) return "not trusted";
  const base::Json& accounts = claims.body["nats"]["accounts"];
  if (!accounts.is_array()) return "malformed request";
  for (const base::Json& account : accounts.items()) {
    if (!contract::is_nkey(account.text(), contract::NkeyKind::account)) return "malformed request";
    if (account.text() == system_account) return "not allowed to delete system account";
  }
  return {};
}

}  // namespace

Reply ClaimsFolder::remove(const Asked& asked) {
  const auto claims = decode_token(asked.payload);
  const auto options = desk_.server.options();
  std::string against;
  if (!claims) {
    against = claims.error().what;
  } else if (resolver_.folder().removal() == TokenFolder::Removal::refused) {
    against = "delete must be enabled in server config";
  } else if (options->trust.operators.empty()) {
    against = "not trusted";
  } else {
    against = objection(
        *claims, options->trust.operators.front().claims, desk_.server.accounts().system().name());
  }
  if (!against.empty()) {
    return claims_refused(
        desk_,
        "",
        "delete accounts request by " + (claims ? claims->subject : std::string()) + " failed",
        against);
  }
  std::vector<std::string> errors;
  const auto accounts = claims->body["nats"]["accounts"].texts();
  for (const std::string& key : accounts) {
    const auto removed = resolver_.folder().remove(key);
    if (!removed) errors.push_back(removed.error().what);
    Account* account = desk_.server.accounts().find(key);
    if (removed && *removed && account != nullptr) trusted_->retire(*account);
  }
  const std::string done =
      "deleted " + std::to_string(accounts.size() - errors.size()) + " accounts";
  if (errors.empty()) return claims_taken(desk_, "", done);
  return claims_refused(
      desk_, "", done + ", failed for " + std::to_string(errors.size()), base::join(errors, "\n"));
}

}  // namespace broker
