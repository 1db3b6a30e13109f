#include "broker/net/listener.h"

#include "base/log.h"
#include "broker/net/go_errors.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <fcntl.h>
#include <fmt/format.h>

namespace broker {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

// After "too many open files" and its like there is nothing to do but wait until some are closed.
constexpr auto kAcceptPause = std::chrono::milliseconds(100);

base::Result<tcp::endpoint> find_endpoint(EventLoop& loop, const std::string& host, int port) {
  const auto number = static_cast<std::uint16_t>(port > 0 ? port : 0);
  error_code error;
  const auto literal = asio::ip::make_address(host, error);
  if (!error) return tcp::endpoint(literal, number);
  tcp::resolver resolver(loop.context());
  const auto found = resolver.resolve(host, std::to_string(number), tcp::resolver::passive, error);
  if (error || found.empty()) {
    return base::Error(base::ErrorCode::invalid,
                       fmt::format("listen tcp: lookup {}: no such host", host));
  }
  return found.begin()->endpoint();
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<Listener::State> {
  State(EventLoop& loop, Accept taker)
      : acceptor(loop.context()), pause(loop), accept(std::move(taker)) {}

  // Every address means those of IPv4 and IPv6, unless the machine has IPv4 only.
  error_code open(const tcp::endpoint& endpoint, const char*& step) {
    const auto ip = endpoint.address();
    if (!ip.is_unspecified()) return listen(endpoint, step);
    const error_code error = listen({asio::ip::address_v6::any(), endpoint.port()}, step);
    const bool no_ipv6 =
        error == asio::error::address_family_not_supported || error.value() == EADDRNOTAVAIL;
    return no_ipv6 && ip.is_v4() ? listen(endpoint, step) : error;
  }

  error_code listen(const tcp::endpoint& endpoint, const char*& step) {
    error_code error;
    acceptor.close(error);
    step = "socket";
    acceptor.open(endpoint.protocol(), error);
    if (error) return error;
    fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
    acceptor.set_option(tcp::acceptor::reuse_address(true), error);
    if (endpoint.address().is_unspecified() && endpoint.address().is_v6())
      acceptor.set_option(asio::ip::v6_only(false), error);
    step = "bind";
    acceptor.bind(endpoint, error);
    if (error) return error;
    step = "listen";
    acceptor.listen(asio::socket_base::max_listen_connections, error);
    return error;
  }

  void accept_next() {
    acceptor.async_accept([state = shared_from_this()](const error_code& error, tcp::socket peer) {
      if (!state->acceptor.is_open()) return;
      if (!error) {
        error_code ignored;
        Socket socket(peer.release(ignored));
        state->accept(std::move(socket));
        if (state->acceptor.is_open()) state->accept_next();
        return;
      }
      base::log::error(
          "Temporary accept error ({}), sleeping {}ms", go_text(error), kAcceptPause.count());
      state->pause.start(kAcceptPause, [raw = state.get()] { raw->accept_next(); });
    });
  }

  tcp::acceptor acceptor;
  Timer pause;
  Accept accept;
  Address address;
};

base::Result<std::unique_ptr<Listener>> Listener::open(EventLoop& loop,
                                                       const std::string& host,
                                                       int port,
                                                       Accept accept) {
  const tcp::endpoint endpoint = TRY(find_endpoint(loop, host, port));
  auto state = std::make_shared<State>(loop, std::move(accept));
  const char* step = "";
  if (const error_code error = state->open(endpoint, step)) {
    return base::Error(base::ErrorCode::io,
                       fmt::format("listen tcp {}: {}: {}",
                                   to_string({endpoint.address().to_string(), endpoint.port()}),
                                   step,
                                   go_text(error)));
  }
  state->address = {endpoint.address().to_string(), state->acceptor.local_endpoint().port()};
  state->accept_next();
  return std::unique_ptr<Listener>(new Listener(std::move(state)));
}

Listener::Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

Listener::~Listener() {
  state_->pause.stop();
  error_code ignored;
  state_->acceptor.close(ignored);
}

const Address& Listener::address() const {
  return state_->address;
}

}  // namespace broker
