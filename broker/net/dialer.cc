#include "broker/net/dialer.h"

#include "broker/net/go_errors.h"

#include <algorithm>
#include <random>
#include <set>

#include <boost/asio/ip/tcp.hpp>
#include <fmt/format.h>

namespace broker {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::vector<tcp::endpoint> endpoints_of(const tcp::resolver::results_type& found) {
  std::vector<tcp::endpoint> endpoints;
  for (const auto& entry : found)
    endpoints.push_back(entry.endpoint());
  return endpoints;
}

base::Error lookup_error(const std::string& host) {
  return {base::ErrorCode::not_found, fmt::format("dial tcp: lookup {}: no such host", host)};
}

base::Error dial_error(const tcp::endpoint& endpoint, std::string_view what, base::ErrorCode code) {
  const Address address{endpoint.address().to_string(), endpoint.port()};
  return {code, fmt::format("dial tcp {}: {}", to_string(address), what)};
}

}  // namespace

// One dial() or resolve() under way. Ends once: with its callback, or silently with the dialer.
struct Attempt : std::enable_shared_from_this<Attempt> {
  Attempt(EventLoop& loop, std::string name, std::uint16_t number)
      : resolver(loop.context()),
        socket(loop.context()),
        timer(loop),
        host(std::move(name)),
        port(number) {}

  void start(base::nanoseconds timeout) {
    timer.start(timeout, [self = weak_from_this()] {
      if (const auto attempt = self.lock()) attempt->time_out();
    });
    resolver.async_resolve(
        host,
        std::to_string(port),
        [self = shared_from_this()](const error_code& error, const auto& found) {
          if (self->over) return;
          if (error || found.empty()) return self->finish(lookup_error(self->host));
          self->endpoints = endpoints_of(found);
          std::shuffle(self->endpoints.begin(), self->endpoints.end(), std::random_device());
          self->connect_next();
        });
  }

  void connect_next() {
    const tcp::endpoint endpoint = endpoints[next++];
    error_code ignored;
    socket.close(ignored);
    socket.async_connect(endpoint, [self = shared_from_this(), endpoint](const error_code& error) {
      if (self->over) return;
      if (!error) {
        error_code unused;
        return self->finish(Socket(self->socket.release(unused)));
      }
      if (self->next < self->endpoints.size()) return self->connect_next();
      self->finish(dial_error(endpoint, "connect: " + go_text(error), base::ErrorCode::refused));
    });
  }

  void time_out() {
    const auto code = base::ErrorCode::timeout;
    if (endpoints.empty()) {
      finish(base::Error(code, fmt::format("dial tcp: lookup {}: i/o timeout", host)));
    } else {
      finish(dial_error(endpoints[next - 1], "i/o timeout", code));
    }
  }

  void finish(base::Result<Socket> result) {
    const auto keep = shared_from_this();
    const auto call = std::move(done);
    give_up();
    call(std::move(result));
  }

  void give_up() {
    over = true;
    done = nullptr;
    timer.stop();
    resolver.cancel();
    error_code ignored;
    socket.close(ignored);
    if (attempts != nullptr) attempts->erase(shared_from_this());
  }

  tcp::resolver resolver;
  tcp::socket socket;
  Timer timer;
  const std::string host;
  const std::uint16_t port;
  Dialer::Done done;
  std::vector<tcp::endpoint> endpoints;
  std::size_t next = 0;
  bool over = false;
  std::set<std::shared_ptr<Attempt>>* attempts = nullptr;
};

struct Dialer::State {
  explicit State(EventLoop& its_loop) : loop(its_loop), lookups(its_loop.context()) {}

  EventLoop& loop;
  tcp::resolver lookups;
  std::set<std::shared_ptr<Attempt>> attempts;
};

Dialer::Dialer(EventLoop& loop) : state_(std::make_shared<State>(loop)) {}

Dialer::~Dialer() {
  state_->lookups.cancel();
  const auto attempts = std::move(state_->attempts);
  for (const auto& attempt : attempts) {
    attempt->attempts = nullptr;
    attempt->give_up();
  }
}

void Dialer::dial(const std::string& host,
                  std::uint16_t port,
                  base::nanoseconds timeout,
                  Done done) {
  const auto attempt = std::make_shared<Attempt>(state_->loop, host, port);
  attempt->done = std::move(done);
  attempt->attempts = &state_->attempts;
  state_->attempts.insert(attempt);
  attempt->start(timeout);
}

void Dialer::resolve(const std::string& host, std::uint16_t port, Resolved done) {
  state_->lookups.async_resolve(
      host,
      std::to_string(port),
      [state = std::weak_ptr(state_), host, done = std::move(done)](const error_code& error,
                                                                    const auto& found) {
        if (state.expired()) return;
        if (error) return done(lookup_error(host));
        std::vector<Address> addresses;
        for (const auto& endpoint : endpoints_of(found)) {
          addresses.push_back({endpoint.address().to_string(), endpoint.port()});
        }
        done(std::move(addresses));
      });
}

}  // namespace broker
