#pragma once

#include "base/json.h"
#include "broker/accounts/account.h"
#include "broker/accounts/crossing.h"
#include "broker/exchange/destination.h"
#include "broker/exchange/far_clusters.h"
#include "broker/exchange/gateway_door.h"
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
//   from \ to        clients  routes  leaf nodes           other clusters
//   a client          all      all     all                  yes
//   a leaf node       all      all     of other clusters    yes
//   our hub           all      none    of other clusters    yes
//   a route           all      none    of other clusters,   no
//                                      not our hub
//   another cluster   all      all     all                  no
//
// Nobody gets his own message back from a server. A server gets a message once, with the names of
// the queue groups that it is to serve; and what comes from a server goes to the queue groups it
// names only.
//
// Queue choice: our members count once each, a route as often as it has members; the draw is
// uniform. A routed choice is taken; a local member that cannot be delivered to gives way to the
// next. What comes by a route stays with our members as long as there is one. Members behind leaf
// nodes, of ours or of others of our cluster, are drawn from when there is nobody nearer.
// Source: nats-server server/client.go (processMsgResults), checked on 2.9.10, 2.10.27, 2.15.1
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

// How a message came from another server.
struct Arrival {
  const Destination& by;         // the route, leaf connection or gateway
  std::string_view queues = {};  // the groups to serve, parted by blanks
  std::string_view origin = {};  // by a route: the cluster of the leaf nodes it began at
};

class Exchange {
 public:
  // Returns how many destinations took it: 0 is "no responders".
  unsigned publish(Worker& worker,
                   Account& account,
                   const Outgoing& message,
                   const Publisher& publisher);

  unsigned publish_arrived(Worker& worker,
                           Account& account,
                           const Outgoing& message,
                           const Arrival& arrival,
                           const Publisher& publisher = {});

  // Into the tree and, unless hidden, into the interest book. Unsubscribing twice is once, whoever
  // does it.
  void subscribe(Account& account, const SubscriptionPtr& subscription);
  void unsubscribe(Account& account, Subscription& wanted);

  // A queue group behind a server has another number of members.
  void weigh(Account& account, Subscription& wanted, std::int32_t weight);

  // What our own cluster does not keep to itself. Before the workers run.
  void set_gateways(GatewayDoor& gateways) { gateways_ = &gateways; }

  // How answers find back to other clusters.
  FarClusters& far() { return far_; }

  bool has_gateways() const { return gateways_ != nullptr; }

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
    const Arrival* arrival = nullptr;  // null: published here, or on its way between accounts
  };
  struct Way;

  bool deliver(const Send& send, const SubscriptionPtr& subscription);
  bool deliver_here(const Send& send, const SubscriptionPtr& subscription);
  unsigned publish_beyond(const Send& send, const Match& match);
  bool deliver_to_local(const Send& send, const MatchedGroup& group, std::size_t first);

  // servers.cc: queue groups, and messages on their way to other servers.
  static Way way_of(const Send& send);
  unsigned spread(const Send& send, const Match& match);
  unsigned write_routes(const Send& send, const Match& match);
  bool serve_group(const Send& send, const Way& way, const MatchedGroup& group);
  bool deliver_to_group(const Send& send, const Way& way, const MatchedGroup& group);
  unsigned write_copies(const Send& send, const Way& way);
  unsigned leave(const Send& send);

  // far_replies.cc: requests of other clusters, and the answers to them.
  bool deliver_far_request(const Send& send, const SubscriptionPtr& subscription);
  unsigned answer_far(const Send& send, std::string_view routed);
  unsigned take_far_answer(const Send& send, const RoutedReply& routed);

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

  FarClusters far_;
  InterestBook interest_;
  std::string hash_;  // empty: nothing is measured
  Account* system_ = nullptr;
  GatewayDoor* gateways_ = nullptr;  // null: there are no other clusters
  mutable std::mutex mutex_;
  std::string cluster_name_;       // guarded by mutex_
  std::vector<Account*> serving_;  // guarded by mutex_; those that ever awaited answers
  std::map<std::string, base::WallTime, std::less<>>
      measured_elsewhere_;  // guarded by mutex_; reply subjects of other servers' requests
};

}  // namespace broker
