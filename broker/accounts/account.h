#pragma once

#include "broker/accounts/account_rules.h"
#include "broker/accounts/awaited_answers.h"
#include "broker/accounts/known_claims.h"
#include "broker/accounts/open_requests.h"
#include "broker/accounts/recent_interest.h"
#include "broker/subjects/subject_tree.h"
#include "contract/protocol.h"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

class Account;

// How an account works now: its rules, and what is made of them. Immutable; a change makes a new
// one (exchange/sharing.h).
struct AccountShape {
  struct Stream {
    Account* from = nullptr;
    std::shared_ptr<const ImportedStream> stream = {};
  };

  AccountRules rules = {};
  std::vector<Stream> streams = {};                      // imported
  std::shared_ptr<const SubjectMappings> mappings = {};  // null: none
};

// An island of subjects: what crosses from one account to another does so by a Crossing.
// Threads: any; the tree and the counters look after themselves.
class Account {
 public:
  Account(std::string name, std::size_t index) : name_(std::move(name)), index_(index) {}

  const std::string& name() const { return name_; }

  std::size_t index() const { return index_; }  // dense, from 0: workers keep their caches by it

  SubjectTree& subscriptions() { return subscriptions_; }

  const SubjectTree& subscriptions() const { return subscriptions_; }

  std::atomic<std::int64_t>& clients() { return clients_; }  // connected now

  std::atomic<std::int64_t>& leafs() { return leafs_; }  // leaf connections, now

  // Never null.
  std::shared_ptr<const AccountShape> shape() const {
    const std::lock_guard lock(mutex_);
    return shape_;
  }

  void set_shape(std::shared_ptr<const AccountShape> shape) {
    const std::lock_guard lock(mutex_);
    shape_ = std::move(shape);
  }

  // Its subscriptions that lead to services of other accounts. Of who applies rules, one at a time.
  std::vector<SubscriptionPtr>& service_imports() { return service_imports_; }

  // What an operator signed for it; null: nothing, or nothing is known yet.
  std::shared_ptr<const KnownClaims> claims() const;
  void set_claims(std::shared_ptr<const KnownClaims> claims);

  // The name that its claims give it; empty: none.
  std::string name_tag() const;

  // Answers that this account's services owe to others.
  AwaitedAnswers& awaited_answers() { return awaited_answers_; }

  // What its clients subscribed to just now; kept only when there are other clusters.
  RecentInterest& recent_interest() { return recent_interest_; }

  // Answers that others' services owe to this account's clients.
  OpenRequests& open_requests() { return open_requests_; }

 private:
  const std::string name_;
  const std::size_t index_;
  SubjectTree subscriptions_;
  AwaitedAnswers awaited_answers_;
  OpenRequests open_requests_;
  RecentInterest recent_interest_;
  std::vector<SubscriptionPtr> service_imports_;
  mutable std::mutex mutex_;
  std::shared_ptr<const AccountShape> shape_ =
      std::make_shared<const AccountShape>();  // guarded by mutex_
  std::shared_ptr<const KnownClaims> claims_;  // guarded by mutex_
  std::atomic<std::int64_t> clients_{0};
  std::atomic<std::int64_t> leafs_{0};
};

// Every account of a server. $G and the system account are there from the start; none ever goes
// away while the server runs, so an Account& stays good. Threads: any.
class AccountTable {
 public:
  explicit AccountTable(std::string_view system_account = contract::kSystemAccount);

  Account& global() { return *global_; }

  Account& system() { return *system_; }

  Account& add(std::string_view name);   // the existing one, or a new one
  Account* find(std::string_view name);  // nullptr: unknown
  std::vector<Account*> all();

  // `tell` hears of every account there is, and of every one that is added. Before other threads
  // use this table.
  void when_added(std::function<void(Account&)> tell);

 private:
  std::function<void(Account&)> added_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Account>> accounts_;  // guarded by mutex_; by index
  Account* global_;
  Account* system_;
};

}  // namespace broker
