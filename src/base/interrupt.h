#pragma once

#include <functional>
#include <memory>
#include <stop_token>

namespace base {

// SIGINT and SIGTERM as a stop request. The first asks for a pause at the next safe point
// (`gentle`), the second means now (`urgent`). A thread of its own waits for the signals, so no
// code of ours runs in a signal handler; every thread started later inherits the blocked signals.
//
// One per process, made in main before any other thread.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token gentle() const;
  std::stop_token urgent() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace base
