#pragma once

#include "broker/accounts/account.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

// Who wants what, counted, and who is told when that changes: routes, leaf connections and gateways
// say it to their peers.
namespace broker {

class Destination;

// On whose behalf something is wanted.
struct Holder {
  enum class Kind : std::uint8_t {
    client,   // ours, and the server's own
    service,  // an account, for what it imports: leaf nodes are told, other servers know it
    leaf,     // a leaf node of ours
    hub,      // our hub
    route,    // a server of our cluster
    gateway,  // another cluster
  };

  Kind kind = Kind::client;
  const Destination* by = nullptr;  // the connection; null: client and service
  std::string origin = {};          // the cluster of the leaf nodes it is for; empty: none

  bool operator==(const Holder&) const = default;
};

// One subject, or one queue group on it, of one account, as routes hear of it: what clients and
// leaf nodes want.
struct Interest {
  const Account* account = nullptr;
  std::string subject = {};
  std::string queue = {};    // empty: plain
  std::int32_t members = 0;  // how many subscriptions; 0: the last one has gone
  std::string origin = {};   // they are of leaf nodes of that cluster; empty: of all others

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

// One holder wants more or less: each keeps count for itself of those that it tells of.
struct InterestChange {
  const Account& account;
  std::string_view subject;
  std::string_view queue;  // empty: plain
  const Holder& holder;
  std::int32_t change;  // members more; negative: less. Never 0
};

// Told of every change of one account, or of all. Threads: as InterestListener.
class ChangeListener {
 public:
  virtual ~ChangeListener() = default;
  virtual void on_change(const InterestChange& change) = 0;
};

// Threads: any; one lock.
class InterestBook {
 public:
  // `members`: how many more, or less.
  void add(const Account& account,
           std::string_view subject,
           std::string_view queue,
           const Holder& holder = {},
           std::int32_t members = 1);
  void remove(const Account& account,
              std::string_view subject,
              std::string_view queue,
              const Holder& holder = {},
              std::int32_t members = 1);

  // Whether interest of leaf nodes is told for each of their clusters, or all as one.
  enum class Origins : std::uint8_t { apart, together };

  // A listener hears at once, before this returns, of everything there is, and then of every
  // change: nothing is missed or told twice in between. It outlives its place in the book.
  void listen(InterestListener& listener, Origins origins = Origins::apart);
  void forget(InterestListener& listener);
  void listen(ChangeListener& listener, const Account* only);  // null: every account
  void forget(ChangeListener& listener);

  // Everything that routes hear of.
  std::vector<Interest> all(Origins origins = Origins::apart) const;

 private:
  using Key = std::tuple<std::size_t, std::string, std::string>;  // account index, subject, queue

  struct Held {
    Holder holder;
    std::int32_t members = 0;
  };

  struct Entry {
    const Account* account = nullptr;
    std::int32_t clients = 0;  // nearly all there is, without a holder of its own
    std::vector<Held> others = {};
  };

  struct Teller {
    InterestListener* listener;
    Origins origins;
  };

  struct Watcher {
    ChangeListener* listener;
    const Account* only;
  };

  // How many of those that routes hear of have this origin, or any.
  static std::int32_t count(const Entry& entry, std::string_view origin);
  static std::int32_t count_all(const Entry& entry);
  static std::int32_t& members_of(Entry& entry, const Holder& holder);
  static void append_told(const Key& key,
                          const Entry& entry,
                          Origins origins,
                          std::vector<Interest>& interests);
  void change(Entry& entry, const Key& key, const Holder& holder, std::int32_t by);
  void tell(const Entry& entry, const Key& key, const Holder& holder, std::int32_t by);

  mutable std::mutex mutex_;
  std::map<Key, Entry> entries_;   // guarded by mutex_
  std::vector<Teller> tellers_;    // guarded by mutex_
  std::vector<Watcher> watchers_;  // guarded by mutex_
};

}  // namespace broker
