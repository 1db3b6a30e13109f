#include "broker/accounts/account.h"

namespace broker {

std::shared_ptr<const KnownClaims> Account::claims() const {
  const std::lock_guard lock(mutex_);
  return claims_;
}

void Account::set_claims(std::shared_ptr<const KnownClaims> claims) {
  const std::lock_guard lock(mutex_);
  claims_ = std::move(claims);
}

std::string Account::name_tag() const {
  const auto known = claims();
  return known != nullptr ? known->claims.claims.name : std::string();
}

AccountTable::AccountTable(std::string_view system_account)
    : global_(&add(contract::kGlobalAccount)), system_(&add(system_account)) {}

Account& AccountTable::add(std::string_view name) {
  Account* added = nullptr;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& account : accounts_) {
      if (account->name() == name) return *account;
    }
    accounts_.push_back(std::make_unique<Account>(std::string(name), accounts_.size()));
    added = accounts_.back().get();
  }
  if (added_) added_(*added);
  return *added;
}

void AccountTable::when_added(std::function<void(Account&)> tell) {
  for (Account* account : all())
    tell(*account);
  added_ = std::move(tell);
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
