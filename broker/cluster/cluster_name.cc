#include "broker/cluster/cluster_name.h"

#include <random>

namespace broker {

namespace {

// 22 letters and digits, as nats-server's nuid has them.
std::string made_up_name() {
  static constexpr std::string_view kDigits =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> digit(0, kDigits.size() - 1);
  std::string name(22, '0');
  for (char& c : name)
    c = kDigits[digit(random)];
  return name;
}

}  // namespace

ClusterName::ClusterName(std::string configured)
    : dynamic_(configured.empty()), name_(dynamic_ ? made_up_name() : std::move(configured)) {}

ClusterName::Verdict ClusterName::meet(std::string_view theirs, bool theirs_is_dynamic) {
  const std::lock_guard lock(mutex_);
  if (theirs == name_) return Verdict::same;
  if (!dynamic_ || theirs.empty() || (theirs_is_dynamic && theirs < name_))
    return Verdict::conflict;
  name_ = theirs;
  return Verdict::adopted;
}

std::string ClusterName::text() const {
  const std::lock_guard lock(mutex_);
  return name_;
}

}  // namespace broker
