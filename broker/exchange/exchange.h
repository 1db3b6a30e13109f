#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/destination.h"
#include "broker/exchange/interest.h"
#include "broker/exchange/worker.h"
#include "broker/protocol/writer.h"

#include <cstdint>
#include <string_view>

// Where publishers meet subscribers.
//
// A message of a client goes to every plain subscription that matches, to one member of each queue
// group, and once to each route with interest, with the names of the groups that server is to
// serve. A message of a route goes to our own clients only, to queue groups only when it names
// them.
//
// Queue choice: our members count once each, a route as often as it has members; the draw is
// uniform. A routed choice is taken; a local member that cannot be delivered to gives way to the
// next. Source: nats-server server/client.go (processMsgResults), checked
// on 2.9.10, 2.10.27, 2.15.1
//
// Threads: every method on the thread of the worker it is given; different workers at the same
// time. subscribe() and unsubscribe() on any thread.
namespace broker {

// Who publishes.
struct Publisher {
  const Destination* from = nullptr;  // null: the server itself
  bool echo = true;                   // false: not back to `from`
};

class Exchange {
 public:
  // Returns how many destinations took it: 0 is "no responders".
  unsigned publish(Worker& worker,
                   Account& account,
                   const Outgoing& message,
                   const Publisher& publisher);

  // A message that came by a route. `queues` names the groups to serve, parted by blanks.
  unsigned publish_routed(Worker& worker,
                          Account& account,
                          const Outgoing& message,
                          std::string_view queues);

  // Into the tree and, when local, into the interest book. Unsubscribing twice is once, whoever
  // does it.
  void subscribe(Account& account, const SubscriptionPtr& subscription);
  void unsubscribe(Account& account, Subscription& subscription);

  InterestBook& interest() { return interest_; }

 private:
  struct Send;  // one message being delivered

  bool deliver(const Send& send, const SubscriptionPtr& subscription);
  bool deliver_to_local(const Send& send, const MatchedGroup& group, std::size_t first);
  bool deliver_to_group(const Send& send, const MatchedGroup& group);
  unsigned write_routes(const Send& send);

  InterestBook interest_;
};

}  // namespace broker
