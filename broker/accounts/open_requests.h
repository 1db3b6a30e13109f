#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace broker {

class Account;

// Requests of one account's clients that other accounts' services still owe an answer: when nobody
// here wants the reply subject any more, they are forgotten there.
//
// Threads: any; one lock.
class OpenRequests {
 public:
  // The account that owes the answer, and the reply subject there.
  struct Owed {
    Account* by = nullptr;
    std::string subject = {};
  };

  void add(std::string_view reply, Owed owed);
  void remove(std::string_view reply, std::string_view subject);

  bool empty() const { return count_.load(std::memory_order_relaxed) == 0; }

  // The reply subjects that a subscription to `filter` hears.
  std::vector<std::string> replies(std::string_view filter) const;

  // All that is owed to a reply subject; forgotten here.
  std::vector<Owed> take(const std::string& reply);

 private:
  std::atomic<std::size_t> count_{0};  // of replies
  mutable std::mutex mutex_;
  std::map<std::string, std::vector<Owed>, std::less<>> owed_;  // by reply; guarded by mutex_
};

}  // namespace broker
