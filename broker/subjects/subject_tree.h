#pragma once

#include "broker/subjects/match.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <shared_mutex>
#include <string_view>
#include <vector>

// All subscriptions of one account: filters in, matches out.
//
// Threads: every method from any thread. Changes take the lock alone and move the generation;
// match() takes it shared. Callers keep answers in a MatchCache and ask again only when
// generation() moved. Under the lock no other lock is taken.
namespace broker {

class SubjectTree {
 public:
  SubjectTree();
  ~SubjectTree();
  SubjectTree(const SubjectTree&) = delete;
  SubjectTree& operator=(const SubjectTree&) = delete;

  // The subject of a subscription is valid. Inserting one twice, or removing an unknown one, is a
  // mistake of the caller; remove() then returns false.
  void insert(const SubscriptionPtr& subscription);
  bool remove(const Subscription& subscription);

  // Any text is answered: subjects with empty tokens match nothing, wildcard tokens only themselves
  // and wildcards.
  Match match(std::string_view subject) const;

  // Moves with every change. An answer obtained after reading generation() g is good while it is
  // still g.
  std::uint64_t generation() const { return generation_.load(std::memory_order_acquire); }

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }

  // Every subscription, in no order. `visit` must not call this tree.
  void for_each(const std::function<void(const Subscription&)>& visit) const;

 private:
  struct Node;
  struct Level;

  mutable std::shared_mutex mutex_;
  std::unique_ptr<Level> root_;  // guarded by mutex_
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::size_t> size_{0};
};

}  // namespace broker
