#pragma once

#include "broker/accounts/account_resolver.h"
#include "broker/accounts/token_folder.h"
#include "broker/server/trust_options.h"

#include <functional>
#include <memory>
#include <mutex>

namespace broker {

// `resolver: URL(...)`: accounts are asked for over HTTP or HTTPS, one file each.
// Source: nats-server server/accounts.go (URLAccResolver)
class UrlResolver final : public AccountResolver {
 public:
  UrlResolver(std::string url, base::nanoseconds timeout)
      : url_(std::move(url)), timeout_(timeout) {}

  base::Result<std::string> at_hand(const std::string& account) override;
  base::Result<std::string> fetch(const std::string& account) override;
  base::Result<void> store(const std::string& account, const std::string& token) override;

 private:
  const std::string url_;  // ends with '/'
  const base::nanoseconds timeout_;
};

// `resolver: { type: full|cache, dir: ... }`: a folder of files, and other servers' folders.
// Source: nats-server server/accounts.go (DirAccResolver, CacheDirAccResolver)
class FolderResolver final : public AccountResolver {
 public:
  FolderResolver(std::unique_ptr<TokenFolder> folder, ResolverSettings settings)
      : folder_(std::move(folder)), settings_(std::move(settings)) {}

  base::Result<std::string> at_hand(const std::string& account) override;
  base::Result<std::string> fetch(const std::string& account) override;
  base::Result<void> store(const std::string& account, const std::string& token) override;

  void reread() override { folder_->reread(); }

  // Who asks other servers; before that, what is not in the folder is nowhere.
  using Ask = std::function<base::Result<std::string>(const std::string& account)>;
  void when_missing(Ask ask);

  // A JWT is another one now, or gone: told on the thread that did it.
  using Tell = std::function<void(const std::string& account)>;
  void when_changed(Tell changed);

  // Other servers' or an operator's word; the error is what stood against it.
  base::Result<void> save(const std::string& account, const std::string& token);

  TokenFolder& folder() { return *folder_; }

  const ResolverSettings& settings() const { return settings_; }

 private:
  const std::unique_ptr<TokenFolder> folder_;
  const ResolverSettings settings_;
  std::mutex mutex_;
  Ask ask_;  // these two guarded by mutex_
  Tell changed_;
};

// The resolver that configuration wants, with what it preloads; null without one. Refused: a URL
// where nobody answers, or that is to keep what is preloaded.
base::Result<std::shared_ptr<AccountResolver>> make_resolver(const TrustOptions& trust);

}  // namespace broker
