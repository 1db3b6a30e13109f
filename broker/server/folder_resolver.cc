#include "broker/server/resolvers.h"

namespace broker {

void FolderResolver::when_missing(Ask ask) {
  const std::lock_guard lock(mutex_);
  ask_ = std::move(ask);
}

void FolderResolver::when_changed(Tell changed) {
  const std::lock_guard lock(mutex_);
  changed_ = std::move(changed);
}

base::Result<std::string> FolderResolver::at_hand(const std::string& account) {
  auto token = folder_->load(account);
  if (token || token.error().code != base::ErrorCode::not_found) return token;
  const std::lock_guard lock(mutex_);
  if (!ask_) return token;
  return base::Error(base::ErrorCode::timeout, "the account's JWT has to be fetched");
}

base::Result<std::string> FolderResolver::fetch(const std::string& account) {
  auto token = folder_->load(account);
  if (token) return token;
  Ask ask;
  {
    const std::lock_guard lock(mutex_);
    ask = ask_;
  }
  if (!ask) return token;
  auto found = TRY(ask(account));
  TRY(store(account, found));
  return found;
}

base::Result<void> FolderResolver::store(const std::string& account, const std::string& token) {
  const bool news = TRY(folder_->save_if_newer(account, token));
  const std::lock_guard lock(mutex_);
  if (news && changed_) changed_(account);
  return {};
}

base::Result<void> FolderResolver::save(const std::string& account, const std::string& token) {
  const bool news = TRY(folder_->save(account, token));
  const std::lock_guard lock(mutex_);
  if (news && changed_) changed_(account);
  return {};
}

}  // namespace broker
