#pragma once

#include "base/clock.h"
#include "base/json.h"

#include <cstdint>
#include <mutex>
#include <vector>

// Which requests were answered, and how long somebody had to do without an answer. No sockets here.
namespace watch {

// What one group of requesters met. Each asks once and does not ask again: what an application
// makes of a request that failed is its own affair.
struct Answers {
  int requesters = 0;
  std::int64_t asked = 0;
  std::int64_t failed = 0;          // nobody was there to answer, or no answer came in time
  base::nanoseconds longest_gap{};  // without an answer, at one requester
  int gap_requester = 0;            // at which: 1 is the first of its kind; 0: none
  base::nanoseconds gap_began{};    // when, counted from the first request of all
  base::nanoseconds slowest{};      // from a request to its answer

  Answers& operator+=(const Answers& other);  // its requesters are counted behind ours

  base::Json to_json() const;
  static Answers from_json(const base::Json& json);
  bool operator==(const Answers&) const = default;
};

// Threads: any thread may call any method.
class RequestLedger {
 public:
  enum class Kind { careful, plain };

  int add_requester(Kind kind);  // its number
  void asked(int requester, base::Time now);
  void answered(int requester, base::Time asked, base::Time now);
  void failed(int requester);

  Answers result(Kind kind) const;

 private:
  struct Requester {
    Kind kind = Kind::careful;
    Answers seen = {};
    base::Time first = {};
    base::Time last = {};  // the last answer; before one came, the first request
    base::Time gap_began = {};
  };

  mutable std::mutex mutex_;
  std::vector<Requester> requesters_;
};

}  // namespace watch
