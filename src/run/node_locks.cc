#include "run/node_locks.h"

#include "base/text.h"
#include "exec/side_by_side.h"

#include <mutex>

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

NodeLocks::NodeLocks(const plan::Plan& plan,
                     Executors& executors,
                     base::Clock& clock,
                     LockOwner owner,
                     bool take_over)
    : plan_(plan),
      executors_(executors),
      clock_(clock),
      owner_(std::move(owner)),
      take_over_(take_over) {}

std::vector<std::string> NodeLocks::all() const {
  std::vector<std::string> nodes;
  for (const auto& [node, executor] : executors_)
    nodes.push_back(node);
  return nodes;
}

// Side by side: of two hundred hosts each takes its moment. A node that the plan no longer has
// comes by itself.
void NodeLocks::each(const std::vector<std::string>& nodes,
                     const std::function<void(const std::string& node)>& work) const {
  std::vector<const plan::Node*> found;
  for (const auto& name : nodes) {
    if (const auto* node = plan_.find(name)) {
      found.push_back(node);
    } else {
      work(name);
    }
  }
  exec::side_by_side(found, [&](const plan::Node& node) { work(node.name); });
}

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
  return {};
}

Result<void> NodeLocks::take_all(const Look& look) {
  std::mutex mutex;
  std::map<std::string, Error> refused;
  each(all(), [&](const std::string& node) {
    auto taken = take(node, look);
    const std::lock_guard guard(mutex);
    if (taken) {
      renewed_[node] = clock_.now();
    } else {
      refused.emplace(node, std::move(taken).error());
    }
  });
  if (refused.empty()) return {};
  release_all(look);
  std::vector<std::string> errors;
  for (const auto& [node, error] : refused)
    errors.push_back(error.what);
  return Error(refused.begin()->second.code, base::join(errors, "\n"));
}

Result<void> NodeLocks::renew(const std::string& node) {
  TRY(take(node, nullptr));
  renewed_[node] = clock_.now();
  return {};
}

void NodeLocks::keep() {
  std::vector<std::string> due;
  for (auto& [node, renewed] : renewed_) {
    if (clock_.now() - renewed < kRenewAfter) continue;
    due.push_back(node);
    renewed = clock_.now();
  }
  each(due, [this](const std::string& node) { static_cast<void>(take(node, nullptr)); });
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
  each(all(), [&](const std::string& node) {
    auto& executor = *executors_.at(node);
    // A lock that cannot be given back runs out by itself.
    static_cast<void>(executor.release_lock(ours_on(executor, look)));
  });
  renewed_.clear();
}

}  // namespace run
