#pragma once

#include "broker/cluster/permissions.h"
#include "broker/exchange/interest.h"
#include "broker/exchange/worker.h"

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

// What our own clients and leaf nodes want, told to one route: RS+ when interest begins or a queue
// group's size changes, RS- when the last one has gone. What leaf nodes of a cluster want is told
// as theirs, LS+ and LS-, where the peer can tell them apart to the end ("lnocu"): one that cannot
// would drop what others still want, so it hears of all as one.
//
// Changes come from any worker and are gathered until the route's own takes them, many lines at
// once. A message must not overtake the interest that its answer will need: the session flushes
// before it hands a message to its connection, so what was gathered goes first.
//
// Threads: on_interest() from any; the rest on the route's worker.
namespace broker {

class InterestRelay final : public InterestListener,
                            public std::enable_shared_from_this<InterestRelay> {
 public:
  using Say = std::function<void(std::string_view lines)>;

  // `import`: what we may ask for, by our own configuration.
  InterestRelay(Worker& worker, InterestBook& book, RoutePermission import, Say say);

  // Says everything there is, and from then on every change. `peer_export`: what the peer would
  // send.
  void start(RoutePermission peer_export,
             InterestBook::Origins origins = InterestBook::Origins::together);

  // The peer would send other subjects from now on: says what it did not hear of before.
  void set_peer_export(const RoutePermission& peer_export);

  void stop();
  void flush();

  void on_interest(const Interest& interest) override;

 private:
  bool is_told(const Interest& interest) const;
  void gather(const Interest& interest);

  Worker& worker_;
  InterestBook& book_;
  const RoutePermission import_;
  Say say_;  // null once stopped
  bool started_ = false;
  InterestBook::Origins origins_ = InterestBook::Origins::together;
  std::atomic<bool> waiting_{false};  // something is gathered
  std::mutex mutex_;
  RoutePermission peer_export_;  // guarded by mutex_
  std::string gathered_;         // guarded by mutex_
};

}  // namespace broker
