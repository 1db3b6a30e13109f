#include "watch/port.h"

#include <cerrno>
#include <memory>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace watch {

namespace {

// The error of a connection that was tried; 0 when it was made, ETIMEDOUT when nothing came.
int outcome_of(const addrinfo& address, base::nanoseconds patience) {
  const int socket =
      ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (socket < 0) return errno;
  int error = 0;
  if (::connect(socket, address.ai_addr, address.ai_addrlen) != 0) error = errno;
  if (error == EINPROGRESS) {
    pollfd waiting{socket, POLLOUT, 0};
    const auto millis = std::chrono::ceil<base::milliseconds>(patience).count();
    socklen_t size = sizeof error;
    if (::poll(&waiting, 1, static_cast<int>(millis)) != 1) {
      error = ETIMEDOUT;
    } else if (::getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &size) != 0) {
      error = errno;
    }
  }
  ::close(socket);
  return error;
}

}  // namespace

bool refuses(const plan::Address& address, base::nanoseconds patience) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const auto port = std::to_string(address.port);
  if (::getaddrinfo(address.host.c_str(), port.c_str(), &wanted, &found) != 0) return false;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> list(found, ::freeaddrinfo);
  for (const auto* at = found; at != nullptr; at = at->ai_next) {
    if (outcome_of(*at, patience) != ECONNREFUSED) return false;
  }
  return true;
}

}  // namespace watch
