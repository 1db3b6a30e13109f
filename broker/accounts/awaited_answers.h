#pragma once

#include "base/clock.h"
#include "broker/accounts/crossing.h"

#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace broker {

// Answers that one account's services owe to requests from other accounts. Each request gets a
// reply subject of this account, "_R_.hpyFmb.8sK2mQ01"; an answer to it goes to the requester's own
// reply subject in the requester's account.
//
// An answer that never comes is forgotten when its time is over, looked for now and then as
// requests come in. Source: nats-server server/accounts.go (newServiceReply, serviceImport)
//
// Threads: any; one lock.
class AwaitedAnswers {
 public:
  AwaitedAnswers();

  // Who waits, and where.
  struct Request {
    Account* account = nullptr;
    std::string reply = {};
    ResponseType response = ResponseType::single;
    base::nanoseconds threshold = kResponseThreshold;
  };

  // "_R_.hpyFmb.>": every reply subject of this account.
  const std::string& filter() const { return filter_; }

  // Calls `subscribe`, which subscribes to filter(), the first time; returns when that is done.
  template <class Subscribe>
  void open(Subscribe&& subscribe) {
    std::call_once(opened_, std::forward<Subscribe>(subscribe));
  }

  // The reply subject that stands for the request's own.
  std::string expect(Request request, base::Time now);

  // An answer came: whose it is, or nothing when none is owed (any more). `last`: it has no
  // payload, which ends a stream of answers.
  std::optional<Request> take(std::string_view subject, bool last, base::Time now);

  void forget(std::string_view subject);

 private:
  struct Waiting {
    Request request;
    base::Time until;
  };

  const std::string prefix_;  // "_R_.hpyFmb."
  const std::string filter_;
  std::mutex mutex_;
  std::unordered_map<std::string, Waiting> waiting_;  // by subject; guarded by mutex_
  std::size_t tidy_at_;                               // guarded by mutex_
  std::once_flag opened_;
};

// Letters and digits out of chance: part of a subject that nobody guesses.
std::string random_token(std::size_t length);

}  // namespace broker
