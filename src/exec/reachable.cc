#include "exec/reachable.h"

#include <memory>
#include <string>

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace exec {

namespace {

constexpr int kPatienceMilliseconds = 1000;

// A connected socket; -1: nobody accepts.
int connected_to(const addrinfo& at) {
  const int socket =
      ::socket(at.ai_family, at.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at.ai_protocol);
  if (socket < 0) return -1;
  int trouble = 0;
  socklen_t size = sizeof trouble;
  pollfd wanted{.fd = socket, .events = POLLOUT, .revents = 0};
  const bool done =
      ::connect(socket, at.ai_addr, at.ai_addrlen) == 0 ||
      (errno == EINPROGRESS && ::poll(&wanted, 1, kPatienceMilliseconds) == 1 &&
       ::getsockopt(socket, SOL_SOCKET, SO_ERROR, &trouble, &size) == 0 && trouble == 0);
  if (done) return socket;
  ::close(socket);
  return -1;
}

}  // namespace

Caller::Caller(const plan::Address& address) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (::getaddrinfo(address.host.c_str(), std::to_string(address.port).c_str(), &wanted, &found) !=
      0)
    return;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> all(found, &::freeaddrinfo);
  for (const auto* at = all.get(); at != nullptr && socket_ < 0; at = at->ai_next)
    socket_ = connected_to(*at);
}

Caller::~Caller() {
  if (socket_ >= 0) ::close(socket_);
}

bool is_reachable(const plan::Address& address) {
  return Caller(address).is_connected();
}

std::vector<int> reachable_ports(const plan::Node& node) {
  std::vector<int> ports;
  for (const auto& address : {node.client, node.monitor}) {
    if (address && is_reachable(address)) ports.push_back(address.port);
  }
  return ports;
}

}  // namespace exec
