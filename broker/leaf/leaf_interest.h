#pragma once

#include "broker/accounts/account.h"
#include "broker/exchange/exchange.h"
#include "broker/exchange/sharing.h"
#include "broker/leaf/leaf_rights.h"

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broker {

// What the other end of a leaf connection wants: LS+ and LS- as subscriptions of its account, which
// all lead to that connection; and of the streams that the account imports.
// Threads: the connection's worker.
class LeafInterest {
 public:
  // `to` has its LeafSide by the first add().
  LeafInterest(Exchange& exchange, std::shared_ptr<Destination> to)
      : exchange_(exchange), to_(std::move(to)) {}

  // Again for a subject that is there changes its weight only. `except`: what is not to be sent.
  void add(Account& account,
           std::string_view subject,
           std::string_view queue,
           std::int32_t weight,
           std::shared_ptr<const SubjectSet> except);
  void remove(std::string_view subject, std::string_view queue);
  void clear();

  // The account imports other streams now.
  void renew_imports();

  std::size_t size() const { return entries_.size(); }

  std::vector<SubscriptionPtr> all() const;

 private:
  using Key = std::pair<std::string, std::string>;  // subject, queue

  struct Entry {
    SubscriptionPtr subscription = {};
    std::vector<Shadow> shadows = {};
  };

  void follow_imports(Entry& entry);
  void forget(Entry& entry);

  Exchange& exchange_;
  const std::shared_ptr<Destination> to_;
  Account* account_ = nullptr;
  std::map<Key, Entry> entries_;
};

}  // namespace broker
