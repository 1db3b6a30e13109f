#pragma once

#include "base/clock.h"
#include "base/json.h"
#include "watch/request_ledger.h"

#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

// Which numbered messages were sent, confirmed and received, and what that means. No sockets here:
// the probe tells it what happens, tests too.
namespace watch {

// What one group of subscribers met.
struct Reception {
  int subscribers = 0;
  std::int64_t received = 0;        // messages, each counted once per subscriber
  std::int64_t lost = 0;            // confirmed to the publisher and not received by a subscriber
  std::int64_t duplicated = 0;      // came again over the same connection
  base::nanoseconds longest_gap{};  // without any message, at one subscriber
  int gap_subscriber = 0;           // at which: 1 is the first of its kind; 0: none
  base::nanoseconds gap_began{};    // when, counted from the first sending
  base::nanoseconds slowest{};      // from the first sending to the arrival

  bool operator==(const Reception&) const = default;
};

struct ProbeResult {
  std::int64_t sent = 0;       // numbers given out
  std::int64_t confirmed = 0;  // of which a server said that it has them
  std::int64_t resent = 0;     // sent again because no confirmation came
  Reception careful;  // subscribers that connect elsewhere before they leave: must lose nothing
  Reception plain;    // subscribers with the library's defaults: what ordinary clients see
  std::vector<std::int64_t> lost_numbers;  // of the careful ones, the first hundred
  Answers careful_requests;  // requesters and responders that connect elsewhere before they leave
  Answers plain_requests;    // those with the library's defaults

  std::int64_t unconfirmed() const { return sent - confirmed; }

  // Takes in what another probe met: its subscribers and requesters are counted behind ours.
  ProbeResult& operator+=(const ProbeResult& other);

  base::Json to_json() const;
  static ProbeResult from_json(const base::Json& json);
  bool operator==(const ProbeResult&) const = default;
};

// Threads: any thread may call any method.
class MessageLedger {
 public:
  enum class Kind { careful, plain };

  // How long a confirmed message may be on its way before it counts as lost while the traffic goes
  // on.
  static constexpr base::nanoseconds kPatience = std::chrono::seconds(5);

  int add_subscriber(Kind kind);             // its number; it is to hear what is sent from now on
  std::int64_t next_number(base::Time now);  // from 0
  void resent(std::int64_t count);
  void confirmed(std::int64_t number, base::Time now);
  void received(int subscriber, int connection, std::int64_t number, base::Time now);

  // A message without a number came: the way to this subscriber is open from where it was sent.
  // Interest takes a moment to spread through a cluster, and what is sent before that is nobody's
  // loss.
  void greeted(int subscriber, const std::string& greeting);
  bool heard(const std::string& greeting, Kind kind) const;  // by every one of the kind

  // With `final`, everything that is missing now is lost.
  ProbeResult result(base::Time now, bool final) const;

  // Whether every subscriber has everything that was confirmed.
  bool complete() const;

 private:
  struct Sending {
    base::Time sent = {};
    base::Time confirmed = {};
    bool is_confirmed = false;
  };

  struct Subscriber {
    Kind kind;
    std::int64_t from = 0;       // the first number it can be expected to hear
    std::vector<bool> has = {};  // by number
    std::map<int, std::vector<bool>> by_connection = {};  // by connection and number
    std::int64_t received = 0;
    std::int64_t duplicated = 0;
    base::Time last = {};
    base::nanoseconds longest_gap{};
    base::Time gap_began{};
    base::nanoseconds slowest{};
  };

  mutable std::mutex mutex_;
  std::vector<Sending> sendings_;
  std::vector<Subscriber> subscribers_;
  std::map<std::string, std::set<int>> greetings_;  // who heard it
  std::int64_t resent_ = 0;
  std::int64_t confirmed_ = 0;
};

}  // namespace watch
