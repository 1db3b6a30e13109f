#include "broker/monitor/monitor.h"

#include "base/log.h"
#include "base/text.h"
#include "broker/monitor/endpoints.h"
#include "contract/url.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <thread>

#include <httplib.h>
#include <netinet/in.h>
#include <sys/socket.h>

namespace broker {

namespace {

// A kept connection holds a thread while it idles; so more threads than a few pollers hold.
constexpr std::size_t kThreads = 16;
constexpr int kIdleSeconds = 2;
constexpr auto kHangUpEvery = std::chrono::milliseconds(1);

constexpr MonitorPage kPages[] = {
    {"/", home_page},
    {"/varz", varz_page},
    {"/connz", connz_page},
    {"/routez", routez_page},
    {"/subsz", subsz_page},
    {"/subscriptionsz", subsz_page},
    {"/healthz", healthz_page},
    {"/accountz", accountz_page},
    {"/accstatz", accstatz_page},
    {"/leafz", leafz_page},
    {"/gatewayz", gatewayz_page},
    {"/jsz", jsz_page},
    {"/ipqueuesz", ipqueuesz_page},
    {"/raftz", raftz_page},
};

const MonitorPage* find_page(std::string_view path) {
  const auto known = std::find_if(std::begin(kPages),
                                  std::end(kPages),
                                  [&](const MonitorPage& page) { return page.path == path; });
  return known == std::end(kPages) ? nullptr : known;
}

Query query_of(const httplib::Request& request) {
  std::map<std::string, std::string> values;
  for (const auto& [name, value] : request.params)
    values.try_emplace(name, value);
  return Query(std::move(values));
}

// Only SO_REUSEADDR: cpp-httplib's own choice lets two servers share a port without a word.
void set_socket_options(int socket) {
  const int on = 1;
  ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
}

// The port, the wanted or any free one; below 0, with errno: it cannot be had. Every address means
// those of IPv4 and IPv6, as Listener has it.
int take_port(httplib::Server& http, const std::string& host, int wanted) {
  if (host == "0.0.0.0") {
    const int port = take_port(http, "::", wanted);
    if (port >= 0 || errno == EADDRINUSE) return port;
  }
  errno = 0;
  if (wanted <= 0) return http.bind_to_any_port(host);
  return http.bind_to_port(host, wanted) ? wanted : -1;
}

// Ends the connections to a port of ours. A thread of httplib's that waits for the next request of
// a kept one would not end before its time, and clients wait for us.
void hang_up(int port) {
  std::error_code failed;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", failed)) {
    const auto number = base::parse_int(entry.path().filename().string());
    sockaddr_storage name{};
    socklen_t size = sizeof name;
    if (!number ||
        getsockname(static_cast<int>(*number), reinterpret_cast<sockaddr*>(&name), &size) != 0) {
      continue;
    }
    const auto at = name.ss_family == AF_INET6
                        ? reinterpret_cast<const sockaddr_in6&>(name).sin6_port
                        : reinterpret_cast<const sockaddr_in&>(name).sin_port;
    const bool ip = name.ss_family == AF_INET || name.ss_family == AF_INET6;
    if (ip && ntohs(at) == port) shutdown(static_cast<int>(*number), SHUT_RDWR);
  }
}

}  // namespace

struct Monitor::State {
  State(Server& the_server, std::shared_ptr<Observations> observations)
      : server(the_server), seen(std::move(observations)) {}

  void answer(const httplib::Request& request, httplib::Response& response) {
    std::string path = request.path;
    const std::string base = base_path();
    const MonitorPage* page = nullptr;
    if (path.starts_with(base))
      page = find_page(path.size() == base.size() ? "/" : path.substr(base.size()));
    Answer answer = Answer::text(404, "404 page not found\n");
    const Query query = query_of(request);
    if (page != nullptr) {
      seen->counts.count(path);
      auto made = page->render({server, *seen}, query);
      answer = made ? *std::move(made) : refusal(made.error());
    }
    send(std::move(answer), query.text("callback"), response);
  }

  static Answer refusal(const base::Error& error) {
    return Answer::text(error.code == base::ErrorCode::timeout ? 503 : 400, error.what);
  }

  static void send(Answer answer, const std::string& callback, httplib::Response& response) {
    response.status = answer.status;
    const bool is_json = answer.type == "application/json";
    if (is_json && !callback.empty()) {
      answer.body = callback + "(" + answer.body + ")";
      answer.type = "application/javascript";
    } else if (is_json) {
      response.set_header("Access-Control-Allow-Origin", "*");
    }
    response.set_content(answer.body, answer.type);
  }

  // "" or "/monitor": without the slash at its end.
  std::string base_path() const {
    std::string base = server.options()->http_base_path;
    while (base.ends_with('/'))
      base.pop_back();
    return base.empty() || base.starts_with('/') ? base : "/" + base;
  }

  Server& server;
  std::shared_ptr<Observations> seen;
  std::unique_ptr<httplib::Server> http;
  std::string scheme;
  std::string host;
  int port = 0;
  std::atomic<bool> ended = false;  // it listens no more
  std::thread thread;
};

std::shared_ptr<Observations> observe(Server& server) {
  const int most = server.options()->max_closed_clients;
  auto seen = std::make_shared<Observations>(static_cast<std::size_t>(std::max(0, most)));
  server.clients().when_closed([seen](const SessionState& gone) { seen->closed.add(gone); });
  return seen;
}

base::Result<std::unique_ptr<Monitor>> Monitor::open(Server& server,
                                                     std::shared_ptr<Observations> seen) {
  const auto options = server.options();
  auto state = std::make_unique<State>(server, std::move(seen));
  state->host = options->http_host.empty() ? options->host : options->http_host;
  const bool secured = options->https_port != 0;
  if (secured) {
    const TlsSettings& tls = options->tls->settings;
    state->http = std::make_unique<httplib::SSLServer>(tls.cert_file.c_str(), tls.key_file.c_str());
  } else {
    state->http = std::make_unique<httplib::Server>();
  }
  const int wanted_port = secured ? options->https_port : options->http_port;
  state->scheme = secured ? "https" : "http";
  httplib::Server& http = *state->http;
  if (!http.is_valid()) {
    return base::Error(base::ErrorCode::invalid,
                       "Can't start monitoring: the certificate of HTTPS cannot be used");
  }
  http.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  http.set_keep_alive_max_count(1'000'000);
  http.set_keep_alive_timeout(kIdleSeconds);
  http.set_tcp_nodelay(true);
  http.set_socket_options(set_socket_options);
  http.set_pre_routing_handler(
      [raw = state.get()](const httplib::Request& request, httplib::Response& response) {
        raw->answer(request, response);
        return httplib::Server::HandlerResponse::Handled;
      });
  state->port = take_port(http, state->host, wanted_port);
  if (state->port < 0) {
    const contract::HostPort wanted{state->host, std::max(0, wanted_port)};
    return base::Error(base::ErrorCode::io,
                       "Can't listen to the monitor port: listen tcp " + wanted.text() +
                           ": bind: " + base::lower(std::generic_category().message(errno)));
  }
  base::log::info("Starting {} monitor on {}",
                  state->scheme,
                  contract::HostPort{state->host, state->port}.text());
  (secured ? state->seen->https_port : state->seen->http_port) = state->port;
  state->thread = std::thread([raw = state.get()] {
    raw->http->listen_after_bind();
    raw->ended = true;
  });
  return std::unique_ptr<Monitor>(new Monitor(std::move(state)));
}

Monitor::Monitor(std::unique_ptr<State> state) : state_(std::move(state)) {}

Monitor::~Monitor() {
  // httplib does not hear that it is to stop before it has begun.
  while (!state_->http->is_running() && !state_->ended)
    std::this_thread::yield();
  state_->http->stop();
  while (!state_->ended) {
    hang_up(state_->port);
    std::this_thread::sleep_for(kHangUpEvery);
  }
  state_->thread.join();
}

int Monitor::port() const {
  return state_->port;
}

std::string Monitor::url() const {
  return state_->scheme + "://" + contract::HostPort{state_->host, state_->port}.text();
}

}  // namespace broker
