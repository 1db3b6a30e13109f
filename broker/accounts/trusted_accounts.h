#pragma once

#include "base/units.h"
#include "broker/accounts/account.h"
#include "broker/accounts/account_resolver.h"

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

// Accounts that exist because an operator signed for them.
// Source: nats-server server/server.go (lookupAccount, verifyAccountClaims), server/accounts.go
namespace broker {

// Whom configuration trusts. Plain.
struct OperatorRules {
  std::vector<std::string> trusted_keys = {};     // who may sign accounts; none: no operator mode
  std::vector<std::string> strict_keys = {};      // of these, those of operators that are strict
  std::vector<std::string> pinned_accounts = {};  // the only ones whose users come in; none: all

  bool enabled() const { return !trusted_keys.empty(); }

  bool trusts(const std::string& key) const;

  bool operator==(const OperatorRules&) const = default;
};

// Threads: any; one lock while claims are taken over.
class TrustedAccounts {
 public:
  using Now = std::function<base::WallTime()>;

  TrustedAccounts(OperatorRules rules,
                  AccountTable& accounts,
                  std::shared_ptr<AccountResolver> resolver,
                  Now now);

  enum class Fetch { if_quick, whatever_it_takes };

  // The account of that public key, with claims that hold now. They are fetched when they are not
  // known or have expired; when that would take long and must not, the error's code is `timeout`.
  base::Result<Account*> look_up(const std::string& key, Fetch fetch);

  // Takes over claims that were signed anew, for an account in use; the same text changes nothing.
  base::Result<void> update(Account& account, const std::string& token);

  // Its claims are withdrawn: whoever uses it is sent away, and nobody comes in until it has other
  // claims.
  void retire(Account& account);

  // Until the claims of an account are known it is what the operator says it is: its own key signs.
  void bootstrap(Account& account);

  // Told of every account whose claims are others than before, on the thread that brought them.
  // Before other threads use this.
  void when_changed(std::function<void(Account&)> tell) { changed_ = std::move(tell); }

  const OperatorRules& rules() const { return rules_; }

  AccountResolver* resolver() const { return resolver_.get(); }

  // Who is turned away because its account is not among the pinned ones is counted.
  void count_pinned_fail() { ++pinned_fails_; }

  std::int64_t pinned_fails() const { return pinned_fails_; }

  std::int64_t now_seconds() const;

  base::WallTime now() const { return now_(); }

 private:
  void look_up_exporters(const Account& account, Fetch fetch);
  base::Result<std::shared_ptr<const KnownClaims>> verify(const std::string& key,
                                                          const std::string& token) const;

  const OperatorRules rules_;
  AccountTable& accounts_;
  const std::shared_ptr<AccountResolver> resolver_;
  const Now now_;
  std::function<void(Account&)> changed_;
  std::atomic<std::int64_t> pinned_fails_{0};
  std::mutex mutex_;  // one change of claims after another
};

}  // namespace broker
