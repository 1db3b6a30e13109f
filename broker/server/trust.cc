#include "broker/server/trust.h"

#include "base/text.h"
#include "broker/claims/account_claims.h"
#include "contract/nkey.h"
#include "contract/version.h"

#include <algorithm>
#include <ctime>

namespace broker {
namespace {

base::Error no_trust(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

bool fetches_over_nats(const TrustOptions& trust) {
  return trust.resolver && (trust.resolver->kind == ResolverSettings::Kind::full ||
                            trust.resolver->kind == ResolverSettings::Kind::cache);
}

base::Result<void> validate_system_account(const Options& options) {
  const auto& operators = options.trust.operators;
  if (options.system_account.empty()) {
    if (operators.front().claims.system_account.empty() && fetches_over_nats(options.trust)) {
      return no_trust(
          "using nats based account resolver - the system account needs to be specified in "
          "configuration or the operator jwt");
    }
    return {};
  }
  bool named = false;
  bool same = false;
  for (const TrustedOperator& one : operators) {
    named = named || !one.claims.system_account.empty();
    same = same || one.claims.system_account == options.system_account;
  }
  if (named && !same) {
    return no_trust("system_account in config and operator JWT must be identical");
  }
  return {};
}

// An operator may want newer servers.
base::Result<void> validate_version(const OperatorClaims& claims, const std::string& version) {
  if (claims.least_version.empty()) return {};
  const auto wanted = contract::Version::parse(claims.least_version);
  const auto mine = contract::Version::parse(version);
  const std::string who = "operator " + claims.claims.subject + " expect";
  if (!wanted) {
    return no_trust(who + "s version " + claims.least_version +
                    " got error instead: asserted server version must be of the form "
                    "<major>.<minor>.<update>");
  }
  if (!mine) return {};
  const std::array<std::tuple<const char*, int, int>, 3> parts = {
      {{"major", wanted->major, mine->major},
       {"minor", wanted->minor, mine->minor},
       {"update", wanted->patch, mine->patch}}};
  for (const auto& [name, theirs, ours] : parts) {
    if (theirs > ours) {
      return no_trust(who + "ed " + name + " version " + std::to_string(theirs) + " > server " +
                      name + " version " + std::to_string(ours));
    }
    if (ours > theirs) return {};
  }
  return {};
}

// As Go prints a time: "2024-05-01 12:00:00 +0000 UTC".
std::string go_time(std::int64_t seconds) {
  const std::time_t time = seconds;
  std::tm local{};
  std::array<char, 64> text{};
  if (localtime_r(&time, &local) == nullptr) return {};
  return {text.data(), std::strftime(text.data(), text.size(), "%F %T %z %Z", &local)};
}

}  // namespace

base::Result<void> validate_trust(const Options& options) {
  const TrustOptions& trust = options.trust;
  if (trust.operators.empty()) return {};
  if (!trust.resolver) return no_trust("operators require an account resolver to be configured");
  if (!options.accounts.empty()) {
    return no_trust("operators do not allow Accounts to be configured directly");
  }
  if (!options.auth.users.empty()) {
    return no_trust("operators do not allow users to be configured directly");
  }
  if (!trust.keys.empty()) {
    return no_trust("conflicting options for 'TrustedKeys' and 'TrustedOperators'");
  }
  TRY(validate_system_account(options));
  for (const TrustedOperator& one : trust.operators)
    TRY(validate_version(one.claims, options.version));
  for (const std::string& key : operator_rules(trust, options.system_account).trusted_keys) {
    if (contract::is_nkey(key, contract::NkeyKind::root)) continue;
    return no_trust("trusted Keys \"" + key + "\" are required to be a valid public operator nkey");
  }
  for (const std::string& key : trust.pinned_accounts) {
    if (contract::is_nkey(key, contract::NkeyKind::account)) continue;
    return no_trust("pinned account key \"" + key + "\" is not a valid public account nkey");
  }
  return {};
}

std::vector<std::string> trust_lines(const TrustOptions& trust) {
  std::vector<std::string> lines;
  if (!trust.operators.empty()) lines.emplace_back("Trusted Operators");
  for (const TrustedOperator& one : trust.operators) {
    const Claims& claims = one.claims.claims;
    lines.push_back("  System  : " + base::in_quotes(claims.audience));
    lines.push_back("  Operator: " + base::in_quotes(claims.name));
    lines.push_back("  Issued  : " + go_time(claims.issued));
    lines.push_back("  Expires : " + (claims.expires == 0 ? "Never" : go_time(claims.expires)));
  }
  return lines;
}

std::vector<PreloadIssues> preload_issues(const TrustOptions& trust, std::int64_t now) {
  std::vector<PreloadIssues> all;
  if (trust.operators.empty()) return all;
  for (const auto& [account, token] : trust.preload) {
    const auto claims = decode_account(token);
    if (!claims) continue;
    Issues issues = check(*claims, now);
    if (issues.block(true)) all.push_back({account, std::move(issues)});
  }
  return all;
}

}  // namespace broker
