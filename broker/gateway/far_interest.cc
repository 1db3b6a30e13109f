#include "broker/gateway/far_interest.h"

#include <array>

namespace broker {

SubjectTree& FarInterest::tree(const Account& account) {
  const std::lock_guard lock(mutex_);
  if (trees_.size() <= account.index()) trees_.resize(account.index() + 1);
  auto& tree = trees_[account.index()];
  if (tree == nullptr) tree = std::make_unique<SubjectTree>();
  return *tree;
}

const Match& FarInterest::find(const Worker& worker,
                               const Account& account,
                               std::string_view subject) {
  auto& matches = at(worker).matches;
  if (matches.size() <= account.index()) matches.resize(account.index() + 1);
  auto& cache = matches[account.index()];
  if (cache == nullptr) cache = std::make_unique<MatchCache>(tree(account));
  return cache->find(subject);
}

std::string_view to_string(InterestMode mode) {
  static constexpr std::array<std::string_view, 3> kNames = {
      "Optimistic", "Transitioning", "Interest-Only"};
  return kNames[static_cast<std::size_t>(mode)];
}

}  // namespace broker
