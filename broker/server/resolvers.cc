#include "broker/server/resolvers.h"

namespace broker {

namespace {

// So many files a cache has, unless it is told. Source: nats-server server/accounts.go
constexpr std::int64_t kCacheLimit = 1000;

base::Result<std::unique_ptr<TokenFolder>> open_folder(const ResolverSettings& settings) {
  const bool cache = settings.kind == ResolverSettings::Kind::cache;
  TokenFolder::Settings folder;
  folder.folder = settings.directory;
  folder.limit = cache && settings.limit <= 0 ? kCacheLimit : settings.limit;
  folder.evict = cache;
  folder.ttl = settings.ttl;
  if (settings.allow_delete) folder.removal = TokenFolder::Removal::rename;
  if (cache || (settings.allow_delete && settings.hard_delete)) {
    folder.removal = TokenFolder::Removal::erase;
  }
  return TokenFolder::open(std::move(folder), [] {
    return std::chrono::time_point_cast<base::nanoseconds>(std::chrono::system_clock::now());
  });
}

}  // namespace

base::Result<std::shared_ptr<AccountResolver>> make_resolver(const TrustOptions& trust) {
  std::shared_ptr<AccountResolver> resolver;
  if (!trust.resolver) return resolver;
  const ResolverSettings& settings = *trust.resolver;
  switch (settings.kind) {
    case ResolverSettings::Kind::memory:
      resolver = std::make_shared<MemoryResolver>();
      break;
    case ResolverSettings::Kind::url:
      resolver = std::make_shared<UrlResolver>(settings.url, settings.timeout);
      break;
    case ResolverSettings::Kind::full:
    case ResolverSettings::Kind::cache:
      resolver = std::make_shared<FolderResolver>(TRY(open_folder(settings)), settings);
      break;
  }
  if (settings.kind == ResolverSettings::Kind::url) {
    if (!trust.preload.empty()) {
      return base::Error(base::ErrorCode::invalid,
                         "resolver preloads only available for writeable resolver types "
                         "MEM/DIR/CACHE_DIR");
    }
    TRY(resolver->fetch(""));
  }
  for (const auto& [account, token] : trust.preload)
    TRY(resolver->store(account, token));
  return resolver;
}

}  // namespace broker
