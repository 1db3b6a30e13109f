#pragma once

#include "broker/accounts/account.h"
#include "broker/accounts/crossing.h"
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
// A subscription may be a way into another account (accounts/crossing.h): the message is then
// published there too, with a reply subject that leads back.
//
// Threads: every method on the thread of the worker it is given; different workers at the same
// time. subscribe() and unsubscribe() on any thread.
namespace broker {

// Who asks, for a service of another account that is told of it.
class Requester {
 public:
  virtual ~Requester() = default;

  // The JSON of the header Nats-Request-Info, as much of it as the service may know.
  virtual std::string request_info(Disclosure disclosure) const = 0;
};

// Who publishes.
struct Publisher {
  const Destination* from = nullptr;     // null: the server itself
  bool echo = true;                      // false: not back to `from`
  const Requester* requester = nullptr;  // null: nobody to be told of
  int crossed = 0;                       // how many accounts the message has left already
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
  // One message being delivered.
  struct Send {
    Worker& worker;
    Account& account;
    const Outgoing& message;
    const Publisher& publisher;
  };

  bool deliver(const Send& send, const SubscriptionPtr& subscription);
  bool deliver_to_local(const Send& send, const MatchedGroup& group, std::size_t first);
  bool deliver_to_group(const Send& send, const MatchedGroup& group);
  unsigned write_routes(const Send& send);

  // crossings.cc: messages on their way into other accounts.
  enum class Cross { all, answers };
  unsigned cross(const Send& send, std::vector<SubscriptionPtr> crossings, Cross which);
  unsigned cross_request(const Send& send, const Crossing& crossing);
  unsigned cross_answer(const Send& send);
  void open_answers(Account& account);

  InterestBook interest_;
};

}  // namespace broker
