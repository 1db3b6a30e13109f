#pragma once

#include <cstdint>
#include <string>
#include <utility>

namespace broker {

// One end of a connection, as logs and monitoring show it.
struct Address {
  std::string ip = {};  // "127.0.0.1", "::1"
  std::uint16_t port = 0;

  bool operator==(const Address&) const = default;
};

std::string to_string(const Address& address);  // "127.0.0.1:4222", "[::1]:4222"

// An open TCP socket, not yet bound to any loop: what a listener or a dialer hands over. Closes
// itself. Threads: may travel between threads, one at a time.
class Socket {
 public:
  Socket() = default;
  explicit Socket(
      int fd);  // takes it over; reads both addresses; non-blocking, TCP_NODELAY from here on
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  bool is_open() const { return fd_ >= 0; }

  int fd() const { return fd_; }

  int release() { return std::exchange(fd_, -1); }

  const Address& remote() const { return remote_; }

  const Address& local() const { return local_; }

 private:
  int fd_ = -1;
  Address remote_;
  Address local_;
};

}  // namespace broker
