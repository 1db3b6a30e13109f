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

// What the clients behind one route want: RS+ and RS- as subscriptions of the accounts' trees,
// which all lead to that route. Threads: the route's worker.
class RemoteInterest {
 public:
  RemoteInterest(Exchange& exchange, std::shared_ptr<Destination> route)
      : exchange_(exchange), route_(std::move(route)) {}

  // Again for a subject that is there changes its weight only.
  void add(Account& account, std::string_view subject, std::string_view queue, std::int32_t weight);
  void remove(Account& account, std::string_view subject, std::string_view queue);
  void clear();

  std::size_t size() const { return entries_.size(); }

  struct Entry {
    Account* account = nullptr;
    SubscriptionPtr subscription;
  };

  std::vector<Entry> all() const;

 private:
  using Key = std::tuple<std::size_t, std::string, std::string>;  // account index, subject, queue

  static Key key(const Account& account, std::string_view subject, std::string_view queue) {
    return {account.index(), std::string(subject), std::string(queue)};
  }

  void forget(const Entry& entry);

  Exchange& exchange_;
  const std::shared_ptr<Destination> route_;
  std::map<Key, Entry> entries_;
};

}  // namespace broker
