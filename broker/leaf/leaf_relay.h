#pragma once

#include "broker/exchange/interest.h"
#include "broker/exchange/worker.h"
#include "broker/leaf/leaf_rights.h"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What is wanted here, told to one leaf connection: LS+ when interest begins or a queue group's
// size changes, LS- when the last one has gone.
//
//   to a leaf node below us   of clients, of other leaf nodes, of routes and other clusters
//   to our hub                of clients and of leaf nodes below us: the rest has its own way there
//
// Never its own, nor that of its own cluster. Gathered and flushed as by InterestRelay: a message
// must not overtake the interest that its answer will need.
// Source: nats-server server/leafnode.go (initLeafNodeSmapAndSendSubs, updateLeafNodesEx,
// updateSmap)
//
// Threads: on_change() from any; the rest on the connection's worker.
namespace broker {

class LeafRelay final : public ChangeListener, public std::enable_shared_from_this<LeafRelay> {
 public:
  using Say = std::function<void(std::string_view lines)>;

  // Who hears of it.
  struct Listener {
    std::shared_ptr<Destination> to = {};  // its LeafSide is known
    std::shared_ptr<const LeafRights> rights = {};
    bool isolated = false;  // it hears nothing of other leaf nodes
  };

  LeafRelay(Worker& worker, InterestBook& book, Listener listener, Say say);

  // `always`: what is to be asked for beside what someone wants. Says everything there is, and from
  // then on every change of the account.
  void start(const Account& account, const std::vector<std::string>& always);

  void stop();
  void flush();

  void on_change(const InterestChange& change) override;

 private:
  using Key = std::pair<std::string, std::string>;  // subject, queue

  bool is_told(const InterestChange& change) const;
  void count(std::string_view subject, std::string_view queue, std::int32_t change);

  Worker& worker_;
  InterestBook& book_;
  const Listener listener_;
  Say say_;  // null once stopped
  bool started_ = false;
  std::atomic<bool> waiting_{false};  // something is gathered
  std::mutex mutex_;
  std::map<Key, std::int32_t> wanted_;  // guarded by mutex_
  std::string gathered_;                // guarded by mutex_
};

}  // namespace broker
