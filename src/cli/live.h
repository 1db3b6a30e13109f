#pragma once

#include "cli/session.h"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

namespace cli {

// The view of a run that --output asks for, fed with a look at the cluster four times a second
// while it lives.
//
// Threads: has one of its own; the observers hear one thing at a time.
class Live {
 public:
  // The session outlives this.
  explicit Live(Session& session);
  ~Live();
  Live(const Live&) = delete;
  Live& operator=(const Live&) = delete;

  run::Observer& observer();

  // No more looks.
  void end();

 private:
  class OneAtATime;
  std::unique_ptr<run::Observer> view_;
  std::unique_ptr<OneAtATime> door_;
  std::jthread looking_;
};

// When to stop: signals, the deadline, and what is asked at another terminal.
//
// Threads: has one of its own.
class Stops {
 public:
  Stops(const Globals& globals,
        base::Clock& clock,
        std::optional<base::nanoseconds> within,
        std::function<bool()> asked);
  ~Stops();
  Stops(const Stops&) = delete;
  Stops& operator=(const Stops&) = delete;

  std::stop_token gentle() const {
    return gentle_.get_token();
  }  // the first signal, the deadline, or what was asked

  std::optional<base::Time> deadline() const { return deadline_; }

 private:
  std::stop_source gentle_;
  std::optional<base::Time> deadline_;
  std::stop_callback<std::function<void()>> on_signal_;
  std::jthread waiting_;
};

}  // namespace cli
