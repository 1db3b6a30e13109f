#pragma once

#include "base/clock.h"
#include "broker/accounts/permissions.h"
#include "broker/exchange/reply_routes.h"
#include "broker/net/chunk.h"
#include "broker/subjects/match.h"

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

namespace broker {

class Endpoint;

// The requests a client with allow_responses was sent: it may publish to their reply subjects.
// Threads: any; guarded by its own lock.
class ReplyPermits {
 public:
  explicit ReplyPermits(ResponseRules rules) : rules_(rules) {}

  void grant(std::string_view reply, base::Time now);
  bool use(std::string_view reply,
           base::Time now);  // counts one answer; false when there is no permit

 private:
  struct Permit {
    std::int64_t used = 0;
    base::Time since;
  };

  bool is_expired(const Permit& permit, base::Time now) const;
  void forget_expired(base::Time now);

  const ResponseRules rules_;
  std::mutex mutex_;
  std::unordered_map<std::string, Permit> permits_;  // guarded by mutex_
};

// What a leaf connection is, once it is bound to its account. Never changes.
struct LeafSide {
  bool hub = false;          // the other end is our hub, not a leaf node of ours
  std::string cluster = {};  // of the server at the other end; empty: none
  std::shared_ptr<const SubjectSet> allowed = {};  // all that may be sent; null: everything
};

// A connection as every thread may see it: subscriptions point here, staged messages are addressed
// here. It outlives the connection for as long as someone remembers it.
//
// Threads: as each member says.
class Destination {
 public:
  enum class Kind : std::uint8_t { client, route, leaf, gateway, internal };

  // `its_label` begins its log lines; `workers` is how many there are.
  Destination(Kind its_kind,
              unsigned its_worker,
              std::uint64_t its_id,
              std::string its_label,
              unsigned workers)
      : kind(its_kind),
        worker(its_worker),
        id(its_id),
        label(std::move(its_label)),
        places(workers) {}

  // Never change.
  const Kind kind;
  const unsigned worker;    // the index of the worker it lives on
  const std::uint64_t id;   // cid, rid, lid or gid, one counter for the whole server
  const std::string label;  // "127.0.0.1:5222 - cid:9"

  // Any thread.
  std::atomic<bool> open{true};
  std::atomic<bool> headers{true};          // false: strip them
  std::atomic<std::size_t> max_pending{0};  // bytes
  std::atomic<std::size_t> pending{0};      // staged anywhere or waiting for the socket, in bytes
  std::atomic<std::int64_t> rtt{0};         // of a gateway, in nanoseconds; 0: not measured yet
  std::atomic<bool> trace{false};           // say "->> [MSG ...]" in the log
  std::atomic<bool> origins{false};  // a route that understands which leaf nodes a message is from

  // Set before the first subscription; null: answers need no permit.
  std::shared_ptr<ReplyPermits> reply_permits = {};

  // Set before the first subscription; null: no requests of other clusters come here.
  std::shared_ptr<ReplyRoutes> reply_routes = {};

  // Set before the first subscription of a leaf connection; null: it is none.
  std::shared_ptr<const LeafSide> leaf = {};

  // One for each worker, touched by that one only: where its outbox stages for us in this turn.
  std::vector<std::uint32_t> places;

  // Only on its own worker's thread; null once the connection is closed.
  Endpoint* endpoint = nullptr;

  // So full that a producer should pause. Source: nats-server server/client.go (stallThreshold)
  bool is_congested() const {
    return pending.load(std::memory_order_relaxed) >
           max_pending.load(std::memory_order_relaxed) / 4 * 3;
  }
};

}  // namespace broker
