#include "broker/server/account_options.h"

#include "base/text.h"
#include "broker/accounts/sharing_check.h"
#include "broker/server/options_reader.h"
#include "broker/server/unserved_options.h"
#include "contract/nkey.h"

#include <algorithm>
#include <set>

namespace broker {
namespace {

using contract::ConfField;
using contract::ConfValue;
using Kind = ConfValue::Kind;

// The account of that name: the one that is there, or a new one.
AccountRules& account_named(const std::string& name, Options& options) {
  auto& accounts = options.accounts;
  const auto known = std::find_if(accounts.begin(), accounts.end(), [&](const AccountRules& each) {
    return each.name == name;
  });
  if (known != accounts.end()) return *known;
  return accounts.emplace_back(AccountRules{.name = name});
}

bool is_reserved(const std::string& name, const ConfValue& at, ConfReport& report) {
  if (name != contract::kGlobalAccount) return false;
  report.error(at, "\"" + name + "\" is a Reserved Account");
  return true;
}

void check_account_key(const ConfField& field, ConfReport& report) {
  const auto key = report.text(field);
  if (!key || contract::is_nkey(*key, contract::NkeyKind::account)) return;
  report.error(field.value, "Not a valid public nkey for an account: \"" + *key + "\"");
}

// Who comes in by a password or a token of the authorization block is in no account.
void check_single_user(const ConfField& users, const Options& options, ConfReport& report) {
  if (!options.auth.user.empty()) {
    report.error(users.value, "Can not have a single user/pass and accounts");
  } else if (!options.auth.token.empty()) {
    report.error(users.value, "Can not have a token and accounts");
  }
}

void read_account(const ConfField& block, Options& options, ConfReport& report) {
  AccountRules& account = account_named(block.key, options);
  std::vector<User> users;
  const ConfField* users_field = &block;
  std::optional<PermissionRules> defaults;
  for (const ConfField& field : block.value.fields()) {
    const std::string key = base::lower(field.key);
    if (key == "users") {
      read_users(field, block.key, users, report);
      users_field = &field;
    } else if (key == "default_permissions") {
      defaults = read_permissions(field, report);
    } else if (key == "exports") {
      read_exports(field, account, report);
    } else if (key == "imports") {
      read_imports(field, account, report);
    } else if (key == "mappings" || key == "maps") {
      read_mappings(field, account, report);
    } else if (key == "limits") {
      read_account_limits(field, account, report);
    } else if (key == "nkey") {
      check_account_key(field, report);
    } else if (key == "jetstream") {
      check_account_jetstream(field, report);
    } else if (key == "msg_trace" || key == "trace_dest") {
      report.no_effect(field);
    } else {
      report.unknown(field);
    }
  }
  if (!users.empty()) check_single_user(*users_field, options, report);
  with_default_permissions(users, defaults);
  add_users(users, *users_field, options, report);
}

void read_account_names(const ConfField& block, Options& options, ConfReport& report) {
  std::set<std::string> seen;
  for (const ConfValue& item : block.value.items()) {
    if (!item.is(Kind::text)) {
      report.error(item, "interface conversion: interface {} is " + go_type(item) + ", not string");
      continue;
    }
    const std::string& name = item.as_text();
    if (is_reserved(name, item, report)) continue;
    if (!seen.insert(name).second) {
      report.error(item, "Duplicate Account Entry: " + name);
      continue;
    }
    account_named(name, options);
  }
}

}  // namespace

void apply_accounts(const ConfField& block, Options& options, ConfReport& report) {
  if (block.value.is(Kind::list)) return read_account_names(block, options, report);
  for (const ConfField& account : block.value.fields()) {
    if (account.used_as_variable) continue;
    if (!account.value.is(Kind::map)) {
      report.error(account.value, "Expected map entries for accounts");
    } else if (!is_reserved(account.key, account.value, report)) {
      read_account(account, options, report);
    }
  }
  // What is wrong in one account would show in others, too.
  if (!report.errors.empty()) return;
  for (const std::string& mistake : sharing_mistakes(options.accounts, !options.no_system_account))
    report.error(block.value, mistake);
}

// Those of the whole server are the global account's.
void apply_mappings(const ConfField& block, Options& options, ConfReport& report) {
  read_mappings(block, account_named(std::string(contract::kGlobalAccount), options), report);
}

}  // namespace broker
