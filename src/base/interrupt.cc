#include "base/interrupt.h"

#include <csignal>
#include <thread>

#include <pthread.h>

namespace base {

struct Interrupt::State {
  std::stop_source gentle;
  std::stop_source urgent;
  sigset_t signals{};
  std::jthread thread;
};

Interrupt::Interrupt() : state_(std::make_unique<State>()) {
  auto& s = *state_;
  sigemptyset(&s.signals);
  sigaddset(&s.signals, SIGINT);
  sigaddset(&s.signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &s.signals, nullptr);
  s.thread = std::jthread([&s](const std::stop_token& end) {
    constexpr timespec kLookUp{0, 100'000'000};  // how late the end of the program may be noticed
    while (!end.stop_requested()) {
      if (sigtimedwait(&s.signals, nullptr, &kLookUp) < 0) continue;
      if (!s.gentle.request_stop()) s.urgent.request_stop();
    }
  });
}

Interrupt::~Interrupt() = default;

std::stop_token Interrupt::gentle() const {
  return state_->gentle.get_token();
}

std::stop_token Interrupt::urgent() const {
  return state_->urgent.get_token();
}

}  // namespace base
