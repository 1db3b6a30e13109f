#include "broker/accounts/account.h"

#include "contract/protocol.h"

namespace broker {

AccountTable::AccountTable()
    : global_(&add(contract::kGlobalAccount)), system_(&add(contract::kSystemAccount)) {}

Account& AccountTable::add(std::string_view name) {
  const std::lock_guard lock(mutex_);
  for (const auto& account : accounts_) {
    if (account->name() == name) return *account;
  }
  accounts_.push_back(std::make_unique<Account>(std::string(name), accounts_.size()));
  return *accounts_.back();
}

Account* AccountTable::find(std::string_view name) {
  const std::lock_guard lock(mutex_);
  for (const auto& account : accounts_) {
    if (account->name() == name) return account.get();
  }
  return nullptr;
}

std::vector<Account*> AccountTable::all() {
  const std::lock_guard lock(mutex_);
  std::vector<Account*> accounts;
  for (const auto& account : accounts_)
    accounts.push_back(account.get());
  return accounts;
}

}  // namespace broker
