#include "broker/server/signals.h"

#include <csignal>

#include <pthread.h>

namespace broker {
namespace {

int wake_up() {
  return SIGRTMIN;
}  // ends the waiting

sigset_t ours() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, wake_up()}) {
    sigaddset(&set, number);
  }
  return set;
}

}  // namespace

Signals::Signals(std::function<void(int)> heard) : heard_(std::move(heard)) {
  std::signal(SIGPIPE, SIG_IGN);  // a peer that has gone shows as an error of write()
  const sigset_t set = ours();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  thread_ = std::thread([this, set] {
    while (!ending_) {
      int number = 0;
      if (sigwait(&set, &number) == 0 && number != wake_up()) heard_(number);
    }
  });
}

Signals::~Signals() {
  ending_ = true;
  pthread_kill(thread_.native_handle(), wake_up());
  thread_.join();
}

std::string signal_name(int number) {
  switch (number) {
    case SIGINT:
      return "interrupt";
    case SIGTERM:
      return "terminated";
    case SIGHUP:
      return "hangup";
    case SIGUSR1:
      return "user defined signal 1";
    case SIGUSR2:
      return "user defined signal 2";
    default:
      return "signal " + std::to_string(number);
  }
}

}  // namespace broker
