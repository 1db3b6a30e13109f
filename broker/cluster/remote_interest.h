#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/exchange.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

namespace broker {

// What the clients and leaf nodes behind one route want: RS+, LS+ and their ends as subscriptions
// of the accounts' trees, which all lead to that route. Threads: the route's worker.
class RemoteInterest {
 public:
  RemoteInterest(Exchange& exchange, std::shared_ptr<Destination> route)
      : exchange_(exchange), route_(std::move(route)) {}

  struct Wanted {
    std::string_view subject = {};
    std::string_view queue = {};
    std::string_view origin = {};  // the cluster of the leaf nodes that want it
  };

  // A peer that does not name the origin of what is not wanted any more ("lnocu") is answerable for
  // a subject and queue once only. Before anything is added.
  void set_origins_named(bool named) { origins_named_ = named; }

  // Again for a subject that is there changes its weight only.
  void add(Account& account, const Wanted& wanted, std::int32_t weight);
  void remove(Account& account, const Wanted& wanted);
  void clear();

  std::size_t size() const { return entries_.size(); }

  struct Entry {
    Account* account = nullptr;
    SubscriptionPtr subscription;
  };

  std::vector<Entry> all() const;

 private:
  using Key = std::tuple<std::size_t, std::string, std::string, std::string>;

  Key key(const Account& account, const Wanted& wanted) const {
    return {account.index(),
            std::string(wanted.subject),
            std::string(wanted.queue),
            origins_named_ ? std::string(wanted.origin) : std::string()};
  }

  void forget(const Entry& entry);

  Exchange& exchange_;
  const std::shared_ptr<Destination> route_;
  std::map<Key, Entry> entries_;
  bool origins_named_ = false;
};

}  // namespace broker
