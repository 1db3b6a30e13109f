#pragma once

#include "broker/gateway/far_interest.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace broker {

// What the cluster behind one outbound connection wants, as it tells us: subscriptions of the far
// trees, which all lead to that connection.
//
// Servers since 2.9 tell all of it ("interest only"), account by account. Older ones begin
// optimistically: everything is sent to them, until they refuse a subject (RS-) or an account (A-),
// and take that back (RS+, A+); after a thousand refusals they tell all of it, too.
// Source: nats-server server/gateway.go (outsie, gatewayInterest)
//
// An account may be told of before it is known here: it is kept by its name until it is.
//
// Threads: its worker's.
class OutboundInterest {
 public:
  OutboundInterest(FarInterest& far, AccountTable& accounts, std::shared_ptr<Destination> to)
      : far_(far), accounts_(accounts), to_(std::move(to)) {}

  void begin(bool optimistic);  // before anything else

  void add(const std::string& account, const std::string& subject, const std::string& queue);
  void remove(const std::string& account, const std::string& subject, const std::string& queue);
  void refuse_account(const std::string& account);  // A-
  void accept_account(const std::string& account);  // A+
  void begin_telling(const std::string& account);   // all subscriptions follow
  void end_telling(const std::string& account);     // those were all
  void clear();

  void account_added(Account& account);  // it is known here from now on

  std::size_t size() const { return size_; }  // subscriptions

  std::vector<AccountInterest> accounts() const;

 private:
  using Key = std::pair<std::string, std::string>;  // subject, queue

  struct Entry {
    Account* known = nullptr;  // null: no such account here (yet)
    InterestMode mode = InterestMode::optimistic;
    bool refused = false;                    // the account as a whole
    std::set<std::string> no_interest = {};  // subjects refused one by one
    SubscriptionPtr everything = {};         // while it is optimistic
    std::map<Key, SubscriptionPtr> subscriptions = {};
  };

  Entry& entry(const std::string& account);
  void insert(Entry& entry, const SubscriptionPtr& subscription);
  void erase(Entry& entry, Subscription& subscription);
  void renew_everything(Entry& entry);

  FarInterest& far_;
  AccountTable& accounts_;
  const std::shared_ptr<Destination> to_;
  bool optimistic_ = false;
  std::size_t size_ = 0;
  std::map<std::string, Entry> entries_;  // by account
};

}  // namespace broker
