#pragma once

#include "base/clock.h"

#include <functional>
#include <memory>
#include <vector>

namespace boost::asio {
class io_context;
}

// One thread's loop: sockets, timers, tasks from other threads, and the end of each turn. The one
// door to Boost.Asio's io_context; nothing outside broker/net sees Asio.
//
// A turn is: everything that is ready now (bytes arrived, timers due, posted tasks), then the turn
// work that this left behind, then sleep. Connections use turn work to write once however much they
// were given.
//
// Threads: post() and stop() from any thread; everything else belongs to the thread that calls
// run(), or to the one that sets the loop up before run().
namespace broker {

using Task = std::function<void()>;

// Something to be done once, when the turn ends. The owner outlives its registration, or withdraws
// it.
class TurnWork {
 public:
  virtual ~TurnWork() = default;
  virtual void at_turn_end() = 0;

 private:
  friend class EventLoop;
  bool registered_ = false;
};

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  void run();            // until stop(); the calling thread becomes the loop's
  void stop();           // run() returns after the turn in hand
  void post(Task task);  // runs in a coming turn, in the order of posting

  // One look at the clock for the whole turn.
  base::Time now();

  // True on the thread that runs this loop.
  bool is_current() const;

  // `work` runs when this turn ends; registering it twice in one turn is once. Mail leaves before
  // sockets are written: who reads our PONG must find everything before it already on its way to
  // the others.
  enum class Phase { mail, write };
  void at_turn_end(TurnWork& work, Phase phase);
  void forget(TurnWork& work);

  // For broker/net only.
  boost::asio::io_context& context() { return *context_; }

 private:
  void finish_turn();
  static void run_all(std::vector<TurnWork*>& list);

  std::unique_ptr<boost::asio::io_context> context_;
  std::vector<TurnWork*> mail_work_;
  std::vector<TurnWork*> write_work_;
  base::Time now_;
  bool now_known_ = false;
  bool stopping_ = false;
};

// Calls back once after a while, on its loop. Destroying or stopping it makes sure that it never
// does. One that never ran costs two words: most timers of a connection are for trouble.
class Timer {
 public:
  explicit Timer(EventLoop& loop);
  ~Timer();
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  void start(base::nanoseconds after, Task task);  // replaces what was waiting
  void stop();
  bool is_running() const;

 private:
  struct State;
  EventLoop& loop_;
  std::shared_ptr<State> state_;  // null until the first start()
};

}  // namespace broker
