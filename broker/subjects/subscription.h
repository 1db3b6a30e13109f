#pragma once

#include "broker/subjects/subject_set.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace broker {

class Destination;      // a connection as other threads may see it: exchange/destination.h
struct Crossing;        // a way into another account: accounts/crossing.h
struct ImportedStream;  // accounts/account_rules.h

// Who asked for what, and where it is to go. Made by a session, held by it and by its account's
// tree, and by match caches for as long as their generation lasts.
//
// Threads: the plain members never change after insertion; the atomics may be changed by any
// thread.
struct Subscription {
  enum class Kind : std::uint8_t {
    local,    // a client of ours
    routed,   // interest behind a route: one for each subject and queue
    leaf,     // the same behind a leaf connection
    service,  // a way into another account that only leaf nodes are told of
    hidden,   // ours, and no other server is told of it
  };

  std::string subject = {};  // may hold wildcards
  std::string queue = {};    // empty: a plain subscription
  std::string sid = {};      // the client's own name for it; empty when routed
  Kind kind = Kind::local;
  std::shared_ptr<Destination> to = {};

  // What matches goes over into another account instead of to a connection; `to` is null then.
  std::shared_ptr<const Crossing> crossing = {};

  // A client's interest in a stream of another account, in that account's tree: how the stream's
  // subjects are called in its own.
  std::shared_ptr<const ImportedStream> imported = {};

  // Subjects below a wildcard that the client may not see; null when there are none.
  std::shared_ptr<const SubjectSet> except = {};

  // Of interest behind another server: the cluster of the leaf nodes it is for; empty: none.
  std::string origin = {};

  // How many members the group has behind this route or leaf connection. Changing it needs no new
  // generation.
  std::atomic<std::int32_t> weight{1};

  std::atomic<std::int64_t> delivered{0};
  std::atomic<std::int64_t> max{0};  // the most messages, counted from the start; 0: no limit
  std::atomic<bool> closed{false};   // unsubscribed; caches may still know it for a moment
};

using SubscriptionPtr = std::shared_ptr<Subscription>;

}  // namespace broker
