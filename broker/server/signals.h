#pragma once

#include <atomic>
#include <functional>
#include <string>
#include <thread>

namespace broker {

// INT, TERM, HUP, USR1 and USR2 as calls. A thread of its own waits for them, so no code of ours
// runs in a signal handler. SIGPIPE is ignored.
//
// One per process, made in main before any other thread: threads started later inherit the blocked
// signals.
class Signals {
 public:
  // `heard` runs on the waiting thread: let it post to where the work is done.
  explicit Signals(std::function<void(int)> heard);
  ~Signals();  // heard() is not called any more
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  std::function<void(int)> heard_;
  std::atomic<bool> ending_{false};
  std::thread thread_;
};

// As Go prints it: "user defined signal 2".
std::string signal_name(int number);

}  // namespace broker
