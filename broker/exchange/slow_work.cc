#include "broker/exchange/slow_work.h"

namespace broker {

SlowWork::~SlowWork() {
  stop();
}

void SlowWork::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  thread_.request_stop();  // run() hears of it through more_
  if (thread_.joinable()) thread_.join();
}

void SlowWork::submit(std::function<void()> work) {
  const std::lock_guard lock(mutex_);
  if (stopped_) return;
  work_.push(std::move(work));
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  more_.notify_one();
}

void SlowWork::run(const std::stop_token& stop) {
  while (true) {
    std::function<void()> work;
    {
      std::unique_lock lock(mutex_);
      if (!more_.wait(lock, stop, [&] { return !work_.empty(); }) || stop.stop_requested()) return;
      work = std::move(work_.front());
      work_.pop();
    }
    work();
  }
}

}  // namespace broker
