// How a server is asked to end that Podman would start again.
#include "exec/container_executor.h"
#include "exec/container_ports.h"

#include <algorithm>
#include <thread>

#include <fmt/core.h>
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

namespace exec {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;

constexpr std::chrono::seconds kDrainPatience{3600};  // a lame duck is done long before
constexpr base::nanoseconds kStopBegins = std::chrono::seconds(1);
constexpr base::nanoseconds kLameDuckBegins = std::chrono::seconds(5);
constexpr base::nanoseconds kLook = std::chrono::milliseconds(20);
constexpr timeval kConnects{2, 0};

// A client that says nothing. A lame duck without clients ends at once; with one it takes its grace
// period at least, and one that has not logged in counts as well, for the two seconds that it may.
// Source: nats-server server/server.go lameDuckMode, auth_timeout.
class Guest {
 public:
  Guest() = default;
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  ~Guest() {
    if (socket_ >= 0) ::close(socket_);
  }

  // True once the server has greeted it.
  bool visit(const plan::Address& server) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const auto port = std::to_string(server.port);
    if (::getaddrinfo(server.host.c_str(), port.c_str(), &wanted, &found) != 0) return false;
    socket_ = ::socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kConnects, sizeof kConnects);
    ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kConnects, sizeof kConnects);
    char first = 0;
    const bool greeted = ::connect(socket_, found->ai_addr, found->ai_addrlen) == 0 &&
                         ::recv(socket_, &first, 1, 0) == 1;
    ::freeaddrinfo(found);
    return greeted;
  }

 private:
  int socket_ = -1;
};

}  // namespace

// The signal, and then, with the lame duck begun, the stop: its SIGTERM is ignored by a lame duck.
// Source: nats-server server/signal.go, "unless graceful shutdown already in progress"; seen with
// 2.9.10 and 2.10.27.
Result<void> ContainerExecutor::begin_lame_duck(const Container& container) {
  Guest guest;
  if (!guest.visit(node_.client)) {
    return Error(ErrorCode::refused,
                 fmt::format("{} does not greet clients at {}: without one its lame duck is over "
                             "before Podman can be told not to start it again",
                             container.name,
                             node_.client.text()));
  }
  TRY(engine_->post("/containers/" + container.id + "/kill?signal=SIGUSR2"));
  const auto begun = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - begun < kLameDuckBegins) {
    const auto inside = listening_inside(container);
    if (!inside) break;
    const auto ports = as_addressed(container, *inside, node_.client.host);
    if (std::find(ports.begin(), ports.end(), node_.client.port) == ports.end())
      return stop_by_podman(kDrainPatience);
    std::this_thread::sleep_for(kLook);
  }
  return Error(ErrorCode::timeout, container.name + " is not seen to begin its lame duck");
}

Result<void> ContainerExecutor::stop_by_podman(std::chrono::seconds patience) {
  const auto found = TRY(running());
  if (!found) return {};
  // It answers when the container has ended; that it was begun is seen by looking.
  const auto asked =
      engine_->ask({.method = "POST",
                    .path = fmt::format("/containers/{}/stop?t={}", found->id, patience.count()),
                    .patience = kStopBegins});
  if (!asked && asked.error().code != ErrorCode::timeout) return asked.error();
  const auto now = TRY(find(found->id));
  if (!now || !now->running || now->stopping) return {};
  return Error(ErrorCode::io, "Podman did not begin to stop " + found->name);
}

Result<void> ContainerExecutor::end_by_podman(Signal signal, const Container& container) {
  const auto stop = stop_signal_of(container);
  const bool drains = signal == Signal::lame_duck;
  if (!container.stopping) {
    if (drains && stop == "SIGTERM") return begin_lame_duck(container);
    if (drains && stop != "SIGUSR2") {
      return Error(ErrorCode::refused,
                   fmt::format("Podman would start {} again in the middle of its drain: its stop "
                               "signal is {}",
                               container.name,
                               stop));
    }
    TRY(stop_by_podman(signal == Signal::kill ? std::chrono::seconds(0) : kDrainPatience));
  }
  const auto now = TRY(find(container.id));
  if (drains || !now || !now->running) return {};
  TRY(engine_->post(
      fmt::format("/containers/{}/kill?signal={}", container.id, signal_word(signal))));
  return {};
}

}  // namespace exec
