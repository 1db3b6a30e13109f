#include "run/node_locks.h"

#include <fmt/format.h>

namespace run {

using base::Error;
using base::ErrorCode;
using base::Result;

LockOwner LockOwner::parse(const std::string& text) {
  const auto slash = text.rfind('/');
  if (slash == std::string::npos) return {.run = text, .process = {}, .host = {}};
  return {.run = text.substr(0, slash), .process = text.substr(slash + 1), .host = {}};
}

NodeLocks::NodeLocks(Executors& executors, base::Clock& clock, LockOwner owner, bool take_over)
    : executors_(executors), clock_(clock), owner_(std::move(owner)), take_over_(take_over) {}

// `look` is empty when nothing may be taken over.
Result<void> NodeLocks::take_or_say_what_helps(exec::Executor& executor,
                                               const exec::Executor::Lock& wanted,
                                               const Look& look) {
  auto taken = executor.take_lock(wanted, clock_.wall());
  if (taken || taken.error().code != ErrorCode::refused || !look) return taken;
  const auto held = TRY(executor.lock());
  if (!held) return executor.take_lock(wanted, clock_.wall());  // it was given back meanwhile
  const bool here = held->host == owner_.host;
  const auto holder = here ? look(held->owner) : Holder::dead;
  if (holder == Holder::alive) return taken;
  if (take_over_ || (here && holder == Holder::dead_and_ours)) {
    TRY(executor.release_lock(held->owner));
    return executor.take_lock(wanted, clock_.wall());
  }
  return Error(
      ErrorCode::refused,
      taken.error().what +
          (here
               ? "; its natsctl was killed, and its run is in another state folder: finish it from "
                 "there with natsctl resume, or leave it as it is and repeat this with --take-over"
               : "; when no natsctl is at work there any more, repeat this with --take-over"));
}

Result<void> NodeLocks::take(const std::string& node, const Look& look) {
  const exec::Executor::Lock wanted{
      .owner = owner_.text(), .host = owner_.host, .expires = clock_.wall() + kValid};
  auto taken = take_or_say_what_helps(*executors_.at(node), wanted, look);
  if (!taken) return std::move(taken).error().in(fmt::format("node '{}'", node));
  renewed_[node] = clock_.now();
  return {};
}

Result<void> NodeLocks::take_all(const Look& look) {
  for (const auto& [node, executor] : executors_) {
    auto taken = take(node, look);
    if (taken) continue;
    release_all(look);
    return taken;
  }
  return {};
}

Result<void> NodeLocks::renew(const std::string& node) {
  return take(node, nullptr);
}

void NodeLocks::keep() {
  for (const auto& [node, executor] : executors_) {
    const auto at = renewed_.find(node);
    if (at == renewed_.end() || clock_.now() - at->second < kRenewAfter) continue;
    if (!renew(node)) at->second = clock_.now();
  }
}

// The owner whose lock there is ours to give back.
std::string NodeLocks::ours_on(exec::Executor& executor, const Look& look) const {
  const auto held =
      this->held() ? Result<std::optional<exec::Executor::Lock>>({}) : executor.lock();
  const bool left_by_us = held && *held && (*held)->host == owner_.host &&
                          LockOwner::parse((*held)->owner).run == owner_.run &&
                          look((*held)->owner) == Holder::dead_and_ours;
  return left_by_us ? (*held)->owner : owner_.text();
}

void NodeLocks::release_all(const Look& look) {
  for (const auto& [node, executor] : executors_) {
    // A lock that cannot be given back runs out by itself.
    static_cast<void>(executor->release_lock(ours_on(*executor, look)));
  }
  renewed_.clear();
}

}  // namespace run
