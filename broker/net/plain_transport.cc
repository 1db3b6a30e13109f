#include "broker/net/transport.h"

#include <array>
#include <cerrno>
#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <sys/socket.h>

namespace broker {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// What one close reads and throws away at most. A socket closed with unread bytes sends a reset,
// and the peer may then lose our last words (-ERR) too.
constexpr int kMostDiscards = 64;

class PlainTransport final : public Transport {
 public:
  PlainTransport(EventLoop& loop, Socket socket, TransportUser& user)
      : shared_(std::make_shared<Shared>(loop, user)) {
    const auto protocol = socket.remote().ip.find(':') == std::string::npos ? tcp::v4() : tcp::v6();
    error_code ignored;
    shared_->socket.assign(protocol, socket.release(), ignored);
  }

  ~PlainTransport() override { close(); }

  void start_read(std::span<char> room) override {
    shared_->socket.async_read_some(asio::buffer(room.data(), room.size()),
                                    [shared = shared_](const error_code& error, std::size_t bytes) {
                                      if (shared->user == nullptr) return;
                                      shared->user->on_read(bytes, meaning(error));
                                    });
  }

  Written write(std::span<const iovec> pieces) override {
    msghdr message = {};
    message.msg_iov = const_cast<iovec*>(pieces.data());
    message.msg_iovlen = pieces.size();
    ssize_t bytes = 0;
    do {
      bytes = ::sendmsg(shared_->socket.native_handle(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (bytes < 0 && errno == EINTR);
    if (bytes >= 0) return {static_cast<std::size_t>(bytes), IoError::none};
    if (errno == EAGAIN || errno == EWOULDBLOCK) return {};
    return {0, IoError::failed};
  }

  void wait_writable() override {
    shared_->socket.async_wait(
        tcp::socket::wait_write, [shared = shared_](const error_code& error) {
          // After an error the next write says what is wrong.
          if (shared->user != nullptr && error != asio::error::operation_aborted)
            shared->user->on_writable();
        });
  }

  void set_user(TransportUser& user) override { shared_->user = &user; }

  void close() override {
    if (shared_->user == nullptr) return;
    shared_->user = nullptr;
    std::array<char, 4096> waste{};
    for (int i = 0; i < kMostDiscards; ++i) {
      if (::recv(shared_->socket.native_handle(), waste.data(), waste.size(), MSG_DONTWAIT) <= 0)
        break;
    }
    error_code ignored;
    shared_->socket.close(ignored);
  }

 private:
  // Outlives the transport while a callback is on its way.
  struct Shared {
    Shared(EventLoop& loop, TransportUser& its_user) : socket(loop.context()), user(&its_user) {}

    tcp::socket socket;
    TransportUser* user;  // null once closed
  };

  static IoError meaning(const error_code& error) {
    if (!error) return IoError::none;
    return error == asio::error::eof ? IoError::end_of_stream : IoError::failed;
  }

  std::shared_ptr<Shared> shared_;
};

}  // namespace

std::unique_ptr<Transport> plain_transport(EventLoop& loop, Socket socket, TransportUser& user) {
  return std::make_unique<PlainTransport>(loop, std::move(socket), user);
}

}  // namespace broker
