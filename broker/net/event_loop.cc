#include "broker/net/event_loop.h"

#include <algorithm>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace broker {

namespace asio = boost::asio;

namespace {

// So many ready handlers make a turn at most: a connection that always has more to read must not
// keep the others' answers waiting.
constexpr int kMostHandlers = 128;

thread_local const EventLoop* current_loop = nullptr;

}  // namespace

EventLoop::EventLoop() : context_(std::make_unique<asio::io_context>(1)) {}

EventLoop::~EventLoop() = default;

void EventLoop::run() {
  current_loop = this;
  const auto stay = asio::make_work_guard(*context_);
  while (!stopping_) {
    context_->run_one();
    for (int handlers = 1; handlers < kMostHandlers && !stopping_; ++handlers) {
      if (context_->poll_one() == 0) break;
    }
    finish_turn();
  }
  current_loop = nullptr;
}

void EventLoop::stop() {
  post([this] { stopping_ = true; });
}

void EventLoop::post(Task task) {
  asio::post(*context_, std::move(task));
}

base::Time EventLoop::now() {
  if (!now_known_) {
    now_ = std::chrono::steady_clock::now();
    now_known_ = true;
  }
  return now_;
}

bool EventLoop::is_current() const {
  return current_loop == this;
}

void EventLoop::at_turn_end(TurnWork& work, Phase phase) {
  if (work.registered_) return;
  work.registered_ = true;
  (phase == Phase::mail ? mail_work_ : write_work_).push_back(&work);
}

void EventLoop::forget(TurnWork& work) {
  if (!work.registered_) return;
  work.registered_ = false;
  TurnWork* const nothing = nullptr;
  std::replace(mail_work_.begin(), mail_work_.end(), &work, nothing);
  std::replace(write_work_.begin(), write_work_.end(), &work, nothing);
}

void EventLoop::finish_turn() {
  // Writing may fail and end a session, which may leave more of both.
  while (!mail_work_.empty() || !write_work_.empty()) {
    run_all(mail_work_);
    run_all(write_work_);
  }
  now_known_ = false;
}

void EventLoop::run_all(std::vector<TurnWork*>& list) {
  // By index: work may register more work, which belongs to this turn too.
  for (std::size_t i = 0; i < list.size(); ++i) {
    TurnWork* const work = list[i];
    if (work == nullptr) continue;  // forgotten
    work->registered_ = false;
    work->at_turn_end();
  }
  list.clear();
}

struct Timer::State : std::enable_shared_from_this<Timer::State> {
  explicit State(EventLoop& loop) : timer(loop.context()) {}

  void start(base::nanoseconds after) {
    timer.expires_after(std::chrono::duration_cast<asio::steady_timer::duration>(after));
    timer.async_wait(
        [state = shared_from_this(), expected = serial](const boost::system::error_code&) {
          // An old serial: stopped or started anew while this call was already on its way.
          if (state->serial != expected || !state->running) return;
          state->running = false;
          const Task due = std::move(state->task);
          due();
        });
  }

  asio::steady_timer timer;
  Task task;
  std::uint64_t serial = 0;
  bool running = false;
};

Timer::Timer(EventLoop& loop) : loop_(loop) {}

Timer::~Timer() {
  stop();
}

void Timer::start(base::nanoseconds after, Task task) {
  if (state_ == nullptr) state_ = std::make_shared<State>(loop_);
  ++state_->serial;
  state_->task = std::move(task);
  state_->running = true;
  state_->start(after);
}

void Timer::stop() {
  if (!is_running()) return;
  ++state_->serial;
  state_->running = false;
  state_->task = nullptr;
  state_->timer.cancel();
}

bool Timer::is_running() const {
  return state_ != nullptr && state_->running;
}

}  // namespace broker
