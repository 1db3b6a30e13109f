#include "run/node_locks.h"

#include <fmt/format.h>

namespace run {

using base::ErrorCode;
using base::Result;

Result<void> NodeLocks::take(const std::string& node, const IsDead& is_dead) {
  auto& executor = *executors_.at(node);
  const exec::Executor::Lock wanted{
      .owner = owner_, .host = host_, .expires = clock_.wall() + kValid};
  auto taken = executor.take_lock(wanted, clock_.wall());
  if (!taken && taken.error().code == ErrorCode::refused) {
    const auto holder = TRY(executor.lock());
    if (holder && holder->host == host_ && is_dead(holder->owner)) {
      TRY(executor.release_lock(holder->owner));
      taken = executor.take_lock(wanted, clock_.wall());
    }
  }
  if (!taken) return std::move(taken).error().in(fmt::format("node '{}'", node));
  renewed_[node] = clock_.now();
  return {};
}

Result<void> NodeLocks::take_all(const IsDead& is_dead) {
  for (const auto& [node, executor] : executors_) {
    auto taken = take(node, is_dead);
    if (taken) continue;
    release_all();
    return taken;
  }
  return {};
}

Result<void> NodeLocks::renew(const std::string& node) {
  return take(node, [](const std::string&) { return false; });
}

void NodeLocks::keep() {
  for (const auto& [node, executor] : executors_) {
    const auto at = renewed_.find(node);
    if (at == renewed_.end() || clock_.now() - at->second < kRenewAfter) continue;
    if (!renew(node)) at->second = clock_.now();
  }
}

void NodeLocks::release_all() {
  for (const auto& [node, executor] : executors_) {
    // All, not only those taken here: a run that was killed and resumed may hold others. A lock
    // that cannot be given back runs out by itself.
    static_cast<void>(executor->release_lock(owner_));
  }
  renewed_.clear();
}

}  // namespace run
