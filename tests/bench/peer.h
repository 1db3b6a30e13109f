#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace bench {

// The bytes of one connection after TLS was spoken; null for plain ones. See tls.h.
class Cipher {
 public:
  virtual ~Cipher() = default;
  // As ::read and ::write: -1 when nothing is there or nothing fits, 0 when the peer has closed.
  virtual long read(char* to, std::size_t bytes) = 0;
  virtual long write(const char* from, std::size_t bytes) = 0;
};

// A client's connection as the load generator drives it: never blocks while a round runs, and does
// not look at what it reads more than it must. Everything throws std::runtime_error when the server
// closes: a benchmark that lost a connection has no result.
class Peer {
 public:
  explicit Peer(int port);
  Peer(Peer&& other) noexcept;
  Peer& operator=(Peer&&) = delete;
  ~Peer();  // by reset, so that thousands of them leave no TIME_WAIT behind

  // A connected client: CONNECT was said and PONG has come.
  static Peer client(int port);

  int fd() const { return fd_; }

  void encrypt(std::unique_ptr<Cipher> cipher) { cipher_ = std::move(cipher); }

  // Waiting until it is done; for setting up.
  void say(std::string_view bytes);
  std::string await(std::string_view end);  // reads until `end` has come; returns all of it

  void sync() {
    say("PING\r\n");
    await("PONG\r\n");
  }

  // 0 when nothing is there, or nothing fits.
  std::size_t read(char* to, std::size_t bytes);
  std::size_t write(std::string_view bytes);

 private:
  void wait(short events) const;

  int fd_;
  std::unique_ptr<Cipher> cipher_;
};

// What a client says first.
inline constexpr std::string_view kHello =
    "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c++\",\"version\":\"1\","
    "\"protocol\":1,\"headers\":true,\"no_responders\":true}\r\nPING\r\n";

}  // namespace bench
