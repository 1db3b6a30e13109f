#include "tests/bench/peer.h"

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr int kPatienceMs = 20'000;

std::runtime_error failure(const char* what) {
  return std::runtime_error(std::string(what) + ": " + std::generic_category().message(errno));
}

}  // namespace

Peer::Peer(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (fd_ < 0 || ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const auto why = failure("connect");
    if (fd_ >= 0) ::close(fd_);
    throw why;
  }
  const int on = 1;
  ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const linger reset{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
  ::fcntl(fd_, F_SETFL, O_NONBLOCK);
}

Peer::Peer(Peer&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), cipher_(std::move(other.cipher_)) {}

Peer::~Peer() {
  if (fd_ >= 0) ::close(fd_);
}

Peer Peer::client(int port) {
  Peer peer(port);
  peer.say(kHello);
  peer.await("PONG\r\n");
  return peer;
}

void Peer::wait(short events) const {
  pollfd poll{fd_, events, 0};
  if (::poll(&poll, 1, kPatienceMs) <= 0) throw std::runtime_error("the server says nothing");
}

void Peer::say(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::size_t written = write(bytes);
    bytes.remove_prefix(written);
    if (written == 0) wait(POLLOUT);
  }
}

std::string Peer::await(std::string_view end) {
  std::string text;
  std::array<char, 4096> some{};
  while (text.find(end) == std::string::npos) {
    const std::size_t bytes = read(some.data(), some.size());
    text.append(some.data(), bytes);
    if (bytes == 0) wait(POLLIN);
    if (text.find("-ERR") != std::string::npos) throw std::runtime_error("the server says " + text);
  }
  return text;
}

std::size_t Peer::read(char* to, std::size_t bytes) {
  const long got = cipher_ ? cipher_->read(to, bytes) : ::recv(fd_, to, bytes, 0);
  if (got > 0) return static_cast<std::size_t>(got);
  if (got == 0) throw std::runtime_error("the server has closed a connection");
  if (cipher_ || errno == EAGAIN || errno == EINTR) return 0;
  throw failure("read");
}

std::size_t Peer::write(std::string_view bytes) {
  const long put = cipher_ ? cipher_->write(bytes.data(), bytes.size())
                           : ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (put >= 0) return static_cast<std::size_t>(put);
  if (cipher_ || errno == EAGAIN || errno == EINTR) return 0;
  throw failure("write");
}

}  // namespace bench
