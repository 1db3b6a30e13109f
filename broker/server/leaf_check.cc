#include "base/text.h"
#include "broker/server/leaf_options.h"
#include "contract/nkey.h"

#include <set>

namespace broker {

namespace {

base::Error wrong_leafs(std::string what) {
  return {base::ErrorCode::invalid, std::move(what)};
}

base::Result<void> check_users(const LeafSettings& leaf) {
  std::set<std::string> names;
  for (const User& user : leaf.users) {
    if (names.insert(user.name).second) continue;
    return wrong_leafs("duplicate user " + base::in_quotes(user.name) +
                       " detected in leafnode authorization");
  }
  return {};
}

// Accounts of the file.
base::Result<void> check_accounts(const Options& options) {
  std::set<std::string> known = {std::string(), contract::kGlobalAccount};
  if (options.system_account.empty() && !options.no_system_account)
    known.insert(contract::kSystemAccount);
  for (const AccountRules& account : options.accounts)
    known.insert(account.name);
  const auto check = [&](const std::string& name, const char* where) -> base::Result<void> {
    if (known.contains(name)) return {};
    return wrong_leafs("cannot find local account " + base::in_quotes(name) +
                       " specified in leafnode " + where);
  };
  TRY(check(options.leaf.account, "authorization"));
  for (const User& user : options.leaf.users)
    TRY(check(user.account, "authorization"));
  for (const LeafRemoteSettings& remote : options.leaf.remotes)
    TRY(check(remote.account, "remote"));
  return {};
}

// Accounts that operators sign for.
base::Result<void> check_signed_accounts(const LeafSettings& leaf) {
  const auto is_account = [](const std::string& name) {
    return contract::is_nkey(name, contract::NkeyKind::account);
  };
  if (!leaf.users.empty() && !leaf.single)
    return wrong_leafs("operator mode does not allow specifying users in leafnode config");
  for (const LeafRemoteSettings& remote : leaf.remotes) {
    if (is_account(remote.account)) continue;
    return wrong_leafs(
        "operator mode requires account nkeys in remotes. Please add an `account` key to each "
        "remote in your `leafnodes` section, to assign it to an account. Each account value should "
        "be a 56 character public key, starting with the letter 'A'");
  }
  if (leaf.listens() && !leaf.account.empty() && !is_account(leaf.account))
    return wrong_leafs("operator mode and non account nkeys are incompatible");
  return {};
}

}  // namespace

base::Result<void> validate_leafs(const Options& options) {
  const LeafSettings& leaf = options.leaf;
  TRY(check_users(leaf));
  if (options.trust.operators.empty()) {
    TRY(check_accounts(options));
  } else {
    TRY(check_signed_accounts(leaf));
  }
  if (!leaf.advertise.empty()) TRY(contract::HostPort::parse(leaf.advertise, leaf.port));
  return {};
}

}  // namespace broker
