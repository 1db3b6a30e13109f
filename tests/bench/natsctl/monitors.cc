#include "tests/bench/natsctl/monitors.h"

#include "contract/monitoring.h"
#include "tests/bench/epoll.h"
#include "tests/support/ports.h"
#include "tests/support/server_process.h"

#include <csignal>
#include <map>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

namespace {

constexpr int kRoutesToAPeer = 4;  // a pool of three, and one for the system account
constexpr int kClientsTold = 256;  // as many as natsctl asks for

std::string name_of(int server) {
  return fmt::format("N{}", server);
}

std::string id_of(int server) {
  return fmt::format("{:N>56}", server);  // as long as a server's id
}

std::string response(const std::string& body) {
  return fmt::format(
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
      body.size(),
      body);
}

std::string routes_of(int server, const Monitors::Shape& shape) {
  contract::Routez routez{.server_id = id_of(server), .server_name = name_of(server)};
  const int first = server / shape.mesh * shape.mesh;
  for (int peer = first; peer < std::min(first + shape.mesh, shape.count); ++peer) {
    for (int i = 0; peer != server && i < kRoutesToAPeer; ++i) {
      contract::RouteInfo route{.rid = static_cast<std::uint64_t>(peer * kRoutesToAPeer + i),
                                .remote_id = id_of(peer),
                                .remote_name = name_of(peer),
                                .did_solicit = true,
                                .is_configured = true,
                                .ip = "127.0.0.1",
                                .port = 6222};
      route.rtt = "1.23ms";
      route.uptime = "1d2h3m4s";
      route.idle = "0s";
      route.compression = "off";
      routez.routes.push_back(route);
    }
  }
  routez.num_routes = static_cast<std::int64_t>(routez.routes.size());
  return routez.to_json().dump_pretty();
}

// By what stands after GET, up to the '?'.
using Answers = std::map<std::string, std::string>;

Answers answers_of(int server, const Monitors::Shape& shape) {
  contract::Varz varz;
  varz.server_id = id_of(server);
  varz.server_name = name_of(server);
  varz.version = "2.10.27";
  varz.cluster.name = "demo";
  varz.connections = shape.clients;
  varz.total_connections = shape.clients;
  varz.connect_urls = {"127.0.0.1:4222"};
  const int told = std::min(shape.clients, kClientsTold);
  contract::Connz connz{
      .server_id = id_of(server), .num_connections = told, .total = shape.clients};
  for (std::uint64_t cid = 1; cid <= static_cast<std::uint64_t>(told); ++cid) {
    contract::ConnInfo client{.cid = cid, .kind = "Client", .type = "nats", .ip = "127.0.0.1"};
    client.name = "application";
    client.lang = "go";
    client.version = "1.31.0";
    client.port = 40000 + static_cast<int>(cid);
    client.rtt = "1.23ms";
    client.uptime = "1d2h3m4s";
    client.idle = "0s";
    connz.connections.push_back(client);
  }
  return {{"/varz", response(varz.to_json().dump_pretty())},
          {"/connz", response(connz.to_json().dump_pretty())},
          {"/routez", response(routes_of(server, shape))},
          {"/healthz", response(R"({"status":"ok"})")}};
}

int listen_on(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  const int yes = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(fd, 64) != 0)
    throw std::runtime_error(fmt::format("port {} cannot be listened on", port));
  return fd;
}

// One thread for all servers; the slow one has a thread of its own, which is allowed to sleep.
void serve(const std::vector<int>& listeners,
           std::size_t first,
           const std::vector<Answers>& answers,
           std::chrono::milliseconds late) {
  Epoll epoll;
  std::map<std::size_t, std::size_t> server_of;  // socket to server; listeners are not in it
  for (std::size_t i = 0; i < listeners.size(); ++i)
    epoll.watch(listeners[i], static_cast<std::size_t>(listeners[i]));
  const auto server_at = [&](std::size_t fd) {
    return static_cast<std::size_t>(
        std::find(listeners.begin(), listeners.end(), static_cast<int>(fd)) - listeners.begin());
  };
  for (;;) {
    epoll.wait(1000, [&](std::size_t index) {
      const int fd = static_cast<int>(index);
      const auto at = server_of.find(index);
      if (at == server_of.end()) {
        const int connection = ::accept4(fd, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection < 0) return;
        server_of[static_cast<std::size_t>(connection)] = server_at(index);
        epoll.watch(connection, static_cast<std::size_t>(connection));
        return;
      }
      std::array<char, 4096> request{};
      const auto got = ::recv(fd, request.data(), request.size(), 0);
      if (got <= 0) {
        server_of.erase(at);
        ::close(fd);
        return;
      }
      std::string_view target(request.data(), static_cast<std::size_t>(got));
      target.remove_prefix(std::min(target.size(), target.find(' ') + 1));
      target = target.substr(0, target.find_first_of(" ?"));
      const auto& all = answers[first + at->second];
      const auto answer = all.find(std::string(target));
      static const std::string kNone = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
      const auto& text = answer == all.end() ? kNone : answer->second;
      std::this_thread::sleep_for(late);
      ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    });
  }
}

std::string plan_text(const std::vector<int>& ports) {
  const auto release = support::Release::broker();
  auto text = fmt::format(
      "apiVersion: natsctl/v1\nkind: ClusterPlan\ncluster: demo\n"
      "release: {{ version: {}, binary: {} }}\n"
      "defaults: {{ executor: {{ type: process, dir: 'state/{{node}}' }} }}\nnodes:\n",
      release.version,
      release.binary.string());
  for (std::size_t i = 0; i < ports.size(); ++i) {
    // Nobody listens on the other two; the address is a node's own all the same.
    text += fmt::format(
        "  - {{ name: {}, client: 127.0.{}.1:4222, route: 127.0.{}.1:6222, monitor: 127.0.0.1:{} "
        "}}\n",
        name_of(static_cast<int>(i)),
        i + 1,
        i + 1,
        ports[i]);
  }
  return text;
}

}  // namespace

Monitors::Monitors(const Shape& shape) {
  std::vector<Answers> answers;
  for (int i = 0; i < shape.count; ++i) {
    ports_.push_back(support::free_port());
    listeners_.push_back(listen_on(ports_.back()));
    answers.push_back(answers_of(i, shape));
  }
  folder_.file("plan.yaml", plan_text(ports_));
  process_ = ::fork();
  if (process_ < 0) throw std::runtime_error("no further process");
  if (process_ > 0) return;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::vector<int> quick = listeners_;
  if (shape.late.count() > 0) {
    quick.erase(quick.begin());
    std::thread([&] { serve({listeners_.front()}, 0, answers, shape.late); }).detach();
  }
  serve(quick, listeners_.size() - quick.size(), answers, {});
  ::_exit(0);
}

Monitors::~Monitors() {
  ::kill(process_, SIGKILL);
  ::waitpid(process_, nullptr, 0);
  for (const int listener : listeners_)
    ::close(listener);
}

}  // namespace bench
