#pragma once

#include "broker/exchange/interest.h"
#include "broker/exchange/worker.h"
#include "broker/gateway/far_interest.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// What our cluster wants, told to one server of another: by our clients, by the other servers of
// our cluster, and by leaf nodes. Unlike routes, a gateway does not say how many members a queue
// group has.
//
// Queue groups are told of at once. Of plain subscriptions, an account's are told once all of them
// can be: between an INFO that says so and one that says that those were all. That happens when an
// account is known here, and from then on every change is told.
// Source: nats-server server/gateway.go (gatewayUpdateSubInterest, sendSubsToGateway,
// gatewaySwitchAccountToSendAllSubs)
//
// Threads: on_change() from any; the rest on the connection's worker.
namespace broker {

class InterestTeller final : public ChangeListener,
                             public std::enable_shared_from_this<InterestTeller> {
 public:
  using Say = std::function<void(std::string_view lines)>;

  // `cluster`: ours.
  InterestTeller(Worker& worker, InterestBook& book, std::string cluster, Say say);

  void begin();
  bool tell_all(const Account& account);  // false: it was told before
  void stop();

  std::vector<AccountInterest> accounts() const;  // those that were told of

  void on_change(const InterestChange& change) override;

 private:
  using Key = std::pair<std::string, std::string>;  // subject, queue

  // What is wanted of one account.
  struct Wanted {
    std::string name;
    std::map<Key, std::int32_t> members;
    bool told = false;  // of its plain subscriptions
  };

  void gather(const Wanted& wanted, const Key& key, bool is_wanted);
  void flush();
  std::string command(int number, const std::string& account) const;

  Worker& worker_;
  InterestBook& book_;
  const std::string cluster_;
  Say say_;  // null once stopped
  bool listening_ = false;
  std::atomic<bool> waiting_{false};  // something is gathered, and flush() is on its way
  mutable std::mutex mutex_;
  std::map<std::size_t, Wanted> wanted_;  // by account index; guarded by mutex_
  std::string gathered_;                  // guarded by mutex_
};

}  // namespace broker
