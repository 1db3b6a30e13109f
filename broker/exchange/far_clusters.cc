#include "broker/exchange/far_clusters.h"

#include "broker/exchange/name_hash.h"

namespace broker {

namespace {

constexpr std::size_t kShortHash = 6;
constexpr std::size_t kServerAt = kRoutedReplies.size() + kShortHash + 1;
constexpr std::size_t kSubjectAt = kServerAt + kShortHash + 1;

}  // namespace

std::optional<RoutedReply> read_routed_reply(std::string_view subject) {
  if (subject.size() <= kSubjectAt || !subject.starts_with(kRoutedReplies)) return std::nullopt;
  return RoutedReply{subject.substr(kRoutedReplies.size(), kShortHash),
                     subject.substr(kServerAt, kShortHash),
                     subject.substr(kSubjectAt)};
}

void FarClusters::set_up(std::string_view cluster, std::string_view server_id) {
  cluster_ = name_hash(cluster, kShortHash);
  server_ = name_hash(server_id, kShortHash);
  prefix_ = std::string(kRoutedReplies) + cluster_ + "." + server_ + ".";
}

void FarClusters::add_cluster(std::string_view name, const std::shared_ptr<Destination>& to) {
  const std::lock_guard lock(mutex_);
  clusters_.push_back({name_hash(name, kShortHash), to});
}

void FarClusters::add_server(std::string_view id, const std::shared_ptr<Destination>& to) {
  const std::lock_guard lock(mutex_);
  servers_.push_back({name_hash(id, kShortHash), to});
}

void FarClusters::remove(const Destination& connection) {
  const auto leads_there = [&](const Way& way) { return way.to.get() == &connection; };
  const std::lock_guard lock(mutex_);
  std::erase_if(clusters_, leads_there);
  std::erase_if(servers_, leads_there);
}

std::shared_ptr<Destination> FarClusters::cluster(std::string_view hash) const {
  const std::lock_guard lock(mutex_);
  return find(clusters_, hash);
}

std::shared_ptr<Destination> FarClusters::server(std::string_view hash) const {
  const std::lock_guard lock(mutex_);
  return find(servers_, hash);
}

std::shared_ptr<Destination> FarClusters::find(const Ways& ways, std::string_view hash) {
  for (const Way& way : ways) {
    if (way.hash == hash) return way.to;
  }
  return nullptr;
}

}  // namespace broker
