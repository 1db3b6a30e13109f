#include "broker/gateway/known_clusters.h"

#include <algorithm>

namespace broker {

KnownClusters::KnownClusters(const GatewaySettings& settings) : own_name_(settings.name) {
  for (const RemoteCluster& remote : settings.remotes) {
    if (remote.name == own_name_) continue;
    clusters_[remote.name] = {true, remote.urls, remote.urls};
  }
}

bool KnownClusters::hear_of(const std::string& name, const std::vector<std::string>& urls) {
  if (name == own_name_) return false;
  const std::lock_guard lock(mutex_);
  const auto known = clusters_.find(name);
  if (known != clusters_.end()) {
    add(known->second.urls, urls);
    return false;
  }
  Entry entry;
  add(entry.urls, urls);
  if (entry.urls.empty()) return false;
  clusters_.emplace(name, std::move(entry));
  return true;
}

void KnownClusters::update(const std::string& name, const std::vector<std::string>& urls) {
  const std::lock_guard lock(mutex_);
  const auto known = clusters_.find(name);
  if (known == clusters_.end()) return;
  known->second.urls = known->second.written;
  add(known->second.urls, urls);
}

void KnownClusters::forget(const std::string& name) {
  const std::lock_guard lock(mutex_);
  const auto known = clusters_.find(name);
  if (known != clusters_.end() && !known->second.configured) clusters_.erase(known);
}

std::optional<KnownCluster> KnownClusters::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto known = clusters_.find(name);
  if (known == clusters_.end()) return std::nullopt;
  return KnownCluster{known->first, known->second.configured, known->second.urls};
}

std::vector<KnownCluster> KnownClusters::all() const {
  const std::lock_guard lock(mutex_);
  std::vector<KnownCluster> all;
  for (const auto& [name, entry] : clusters_)
    all.push_back({name, entry.configured, entry.urls});
  return all;
}

// What is not an address is left out: it comes from elsewhere.
void KnownClusters::add(std::vector<contract::Url>& to, const std::vector<std::string>& urls) {
  for (const std::string& text : urls) {
    auto url = contract::Url::parse(text);
    if (!url || url->host.empty() || url->port == 0) continue;
    const bool known = std::any_of(to.begin(), to.end(), [&](const contract::Url& each) {
      return each.address() == url->address();
    });
    if (!known) to.push_back(*std::move(url));
  }
}

std::vector<std::string> addresses(const KnownCluster& cluster) {
  std::vector<std::string> texts;
  for (const contract::Url& url : cluster.urls)
    texts.push_back(url.address().text());
  return texts;
}

}  // namespace broker
