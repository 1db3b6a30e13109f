#pragma once

#include "broker/accounts/account.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// What our own clients want, counted, and who is told when that changes: routes say it to their
// peers.
namespace broker {

// One subject, or one queue group on it, of one account.
struct Interest {
  const Account* account = nullptr;
  std::string subject = {};
  std::string queue = {};    // empty: plain
  std::int32_t members = 0;  // how many of our clients' subscriptions; 0: the last one has gone

  bool operator==(const Interest&) const = default;
};

// Told of plain interest when it begins (members 1) and ends (members 0), and of a queue group
// whenever its number of members changes.
//
// Threads: called on the thread that made the change, in the order of the changes, under the book's
// lock. So do nothing but pass it on (post to a worker), and do not call the book.
class InterestListener {
 public:
  virtual ~InterestListener() = default;
  virtual void on_interest(const Interest& interest) = 0;
};

// Threads: any; one lock.
class InterestBook {
 public:
  void add(const Account& account, std::string_view subject, std::string_view queue);
  void remove(const Account& account, std::string_view subject, std::string_view queue);

  // The listener hears at once, before this returns, of everything there is, and then of every
  // change: nothing is missed or told twice in between. It outlives its place in the book.
  void listen(InterestListener& listener);
  void forget(InterestListener& listener);

  // Everything there is.
  std::vector<Interest> all() const;

 private:
  using Key = std::tuple<std::size_t, std::string, std::string>;  // account index, subject, queue

  struct Entry {
    const Account* account = nullptr;
    std::int32_t members = 0;
  };

  void tell(const Interest& interest);

  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;              // guarded by mutex_
  std::vector<InterestListener*> listeners_;  // guarded by mutex_
};

}  // namespace broker
