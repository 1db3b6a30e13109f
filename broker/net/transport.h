#pragma once

#include "broker/net/event_loop.h"
#include "broker/net/socket.h"
#include "broker/net/tls_context.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/uio.h>

// How bytes get to and from the peer: plain TCP, or TLS over it. The seam below Connection:
// everything above works on clear bytes and does not know which it is. Threads: the loop's.
namespace broker {

enum class IoError { none, end_of_stream, failed, handshake_failed };

class TransportUser {
 public:
  virtual ~TransportUser() = default;
  virtual void on_read(std::size_t bytes, IoError error) = 0;  // ends one start_read()
  virtual void on_writable() = 0;                              // ends one wait_writable()

  virtual void on_secured(const TlsPeer&) {}  // the handshake is done

  virtual void on_failing(const std::string&) {}  // why an on_read() that follows fails
};

class Transport {
 public:
  struct Written {
    std::size_t bytes = 0;  // fewer than asked for: the socket is full, wait_writable()
    IoError error = IoError::none;
  };

  virtual ~Transport() = default;  // close()s; the user hears nothing any more

  // Reads what is there, at most `room`, which stays valid until on_read() or close().
  virtual void start_read(std::span<char> room) = 0;
  virtual Written write(std::span<const iovec> pieces) = 0;  // does not block
  virtual void wait_writable() = 0;
  virtual void close() = 0;

  // What close() is to say, where there is a way to say it. Source: RFC 6455 section 7.4.1
  virtual void set_farewell(std::uint16_t /*status*/, std::string_view /*why*/) {}

  // Whoever hears of it from now on. While nothing is being read or waited for.
  virtual void set_user(TransportUser& user) = 0;
};

std::unique_ptr<Transport> plain_transport(EventLoop& loop, Socket socket, TransportUser& user);

// How a connection becomes a TLS one.
struct TlsStart {
  std::shared_ptr<const TlsContext> context = {};
  std::optional<std::string> dialled = {};  // the peer's name; nothing: it dialled us
};

// TLS over `below`, whose user it becomes. `early` are bytes of the handshake that were read
// already. Until on_secured() nothing is read for the user and nothing of its is written.
std::unique_ptr<Transport> tls_transport(EventLoop& loop,
                                         std::unique_ptr<Transport> below,
                                         TransportUser& user,
                                         const TlsStart& start,
                                         std::string_view early);

}  // namespace broker
