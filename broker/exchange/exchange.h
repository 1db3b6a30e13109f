#pragma once

#include "base/json.h"
#include "broker/accounts/account.h"
#include "broker/accounts/crossing.h"
#include "broker/exchange/destination.h"
#include "broker/exchange/interest.h"
#include "broker/exchange/worker.h"
#include "broker/protocol/writer.h"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
// published there too, with a reply subject that leads back. Or it may be another account's
// interest in a stream of this one: the message is then called as that account has it. What a
// service import brought into an account does not leave it as a stream.
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

  // A message from another account: how it came, and who published it there. Null: it began here.
  const Crossing* by = nullptr;
  const Publisher* before = nullptr;
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

  // Where an account's mappings send a message; see SubjectMappings::map().
  std::optional<std::string> map(const SubjectMappings& mappings,
                                 std::string_view subject,
                                 Worker& worker) const;

  // Nobody here wants `subject` any more, or fewer do: answers to it that nobody waits for now are
  // not owed any longer.
  void lose_interest(Worker& worker, Account& account, std::string_view subject);

  // The name of our cluster, for mappings that hold in one only.
  void set_cluster_name(std::string name);

  // Whose services are measured, when a system account carries halves to and fro. Before the
  // workers run.
  void measure_as(std::string hash, Account& system) {
    hash_ = std::move(hash);
    system_ = &system;
  }

  // The half of a measurement from the responder's server, {"account","req_id","m2"}; `account` is
  // the one it names.
  void hear_latency(Worker& worker, Account& account, const base::Json& half);

 private:
  // One message being delivered.
  struct Send {
    Worker& worker;
    Account& account;
    const Outgoing& message;
    const Publisher& publisher;
  };

  bool deliver(const Send& send, const SubscriptionPtr& subscription);
  bool deliver_here(const Send& send, const SubscriptionPtr& subscription);
  bool deliver_to_local(const Send& send, const MatchedGroup& group, std::size_t first);
  bool deliver_to_group(const Send& send, const MatchedGroup& group);
  unsigned write_routes(const Send& send);

  // crossings.cc: messages on their way into other accounts.
  enum class Cross { all, answers };
  unsigned cross(const Send& send, std::vector<SubscriptionPtr> crossings, Cross which);
  unsigned cross_request(const Send& send, const Crossing& crossing);
  unsigned cross_answer(const Send& send, const Crossing& crossing);
  unsigned publish_there(const Send& send, Account& to, Outgoing message, const Crossing& crossing);
  bool deliver_imported(const Send& send, const SubscriptionPtr& subscription);
  void open_answers(Account& account);

  // latencies.cc: what is measured of services, and requests that nobody answers.
  std::shared_ptr<const Measurement> begin_measuring(const Send& send, const Crossing& crossing);
  void tell_answered(const Send& send, const AwaitedAnswers::Request& request);
  void tell_failed(Worker& worker,
                   Account& account,
                   const AwaitedAnswers::Request& request,
                   int status);
  void tell_latency(Worker& worker,
                    Account& account,
                    const std::string& subject,
                    const base::Json& message);
  std::string expect_answer(Worker& worker, Account& serving, AwaitedAnswers::Request request);
  std::optional<AwaitedAnswers::Request> forget_answer(Account& serving, std::string_view subject);
  void note_measured_request(const Send& send);
  void tell_measured_answer(const Send& send);
  void sweep_later(Worker& worker, base::nanoseconds after);
  void sweep(Worker& worker);

  InterestBook interest_;
  std::string hash_;  // empty: nothing is measured
  Account* system_ = nullptr;
  mutable std::mutex mutex_;
  std::string cluster_name_;       // guarded by mutex_
  std::vector<Account*> serving_;  // guarded by mutex_; those that ever awaited answers
  std::map<std::string, base::WallTime, std::less<>>
      measured_elsewhere_;  // guarded by mutex_; reply subjects of other servers' requests
};

}  // namespace broker
