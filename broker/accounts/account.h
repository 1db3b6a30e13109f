#pragma once

#include "broker/accounts/awaited_answers.h"
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

  // Answers that this account's services owe to others.
  AwaitedAnswers& awaited_answers() { return awaited_answers_; }

 private:
  const std::string name_;
  const std::size_t index_;
  SubjectTree subscriptions_;
  AwaitedAnswers awaited_answers_;
  std::atomic<std::int64_t> clients_{0};
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
