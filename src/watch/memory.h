#pragma once

#include "watch/sample.h"

#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace watch {

// What is kept of the looks at one node, so that a sample can be judged by what changed. All of it
// belongs to one process: another server id, or none, and the memory is empty.
//
// Threads: one.
class Memory {
 public:
  // How far back `some_time_ago` goes: long enough to tell a rate, shorter than a gate's hold.
  static constexpr base::nanoseconds kSomeTime = std::chrono::seconds(5);

  // Whether it is time to ask for JetStream again.
  bool wants_jetstream(const std::string& server_id, base::Time now) const;

  // The next time is after `every`, or when an answer was not had.
  void keep_jetstream(JetStreamSight sight, base::nanoseconds every);
  void forget_jetstream();

  // Whether somebody may have been refused since that was asked: each who comes is counted at once,
  // and refused when a login is wrong or two seconds late.
  bool wants_refused(const contract::Varz& varz, base::Time now);

  void keep_refused(std::optional<std::set<std::string>> refused) { refused_ = std::move(refused); }

  // How far back `jetstream_earlier` goes: further than any server's pace.
  static constexpr base::nanoseconds kLongTime = std::chrono::minutes(2);

  // Fills in what the sample has from here, and remembers the sample.
  void complete(Sample& sample);

 private:
  void thin_out(base::Time now);

  std::string server_id_;
  std::shared_ptr<const JetStreamSight> latest_;
  std::shared_ptr<const JetStreamSight> before_;
  std::vector<std::shared_ptr<const JetStreamSight>> earlier_;  // as in Sample
  base::nanoseconds every_{};
  std::deque<EarlierLook> looks_;  // the oldest first

  std::string refused_by_;  // a server id
  std::optional<std::set<std::string>> refused_;
  std::optional<std::int64_t> came_;  // how many clients in all, at the look before
  base::Time last_came_;
};

}  // namespace watch
