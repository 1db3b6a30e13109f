#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <queue>
#include <stop_token>
#include <thread>

namespace broker {

// A thread for what takes long, such as bcrypt: a login must not hold up the messages of all the
// connections that share its worker. Threads: submit() from any thread; the
// work runs on the queue's own, one piece after another.
class SlowWork {
 public:
  SlowWork() = default;
  ~SlowWork();  // finishes the piece in hand, forgets the rest

  void submit(std::function<void()> work);

  // As the destructor; what is submitted later is never done.
  void stop();

 private:
  void run(const std::stop_token& stop);

  std::mutex mutex_;
  std::condition_variable_any more_;
  std::queue<std::function<void()>> work_;  // guarded by mutex_
  bool stopped_ = false;                    // guarded by mutex_
  std::jthread thread_;                     // made with the first piece of work
};

}  // namespace broker
