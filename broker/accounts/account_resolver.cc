#include "broker/accounts/account_resolver.h"

namespace broker {

base::Result<std::string> MemoryResolver::at_hand(const std::string& account) {
  const std::lock_guard lock(mutex_);
  const auto found = tokens_.find(account);
  if (found == tokens_.end()) return base::Error(base::ErrorCode::not_found, "account missing");
  return found->second;
}

base::Result<void> MemoryResolver::store(const std::string& account, const std::string& token) {
  const std::lock_guard lock(mutex_);
  tokens_[account] = token;
  return {};
}

}  // namespace broker
