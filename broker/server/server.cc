#include "broker/server/server.h"

#include "broker/exchange/sharing.h"
#include "broker/server/identity.h"
#include "broker/server/signals.h"
#include "broker/server/trust.h"
#include "broker/sessions/client_session.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

namespace broker {
namespace {

base::WallTime wall_now() {
  return std::chrono::time_point_cast<base::nanoseconds>(std::chrono::system_clock::now());
}

// One worker a core, unless GOMAXPROCS says how many, as it does to nats-server. Two cores have
// one: the kernel's part of the network and the clients beside us need the other, and two workers
// spend more there on handing messages over and waking each other than the second one adds
// (tests/bench; larger machines were not measured).
unsigned worker_count(const Options& options) {
  if (options.workers != 0) return options.workers;
  constexpr long kMost = 256;
  const char* wanted = std::getenv("GOMAXPROCS");  // NOLINT(concurrency-mt-unsafe): at start
  const long number = wanted != nullptr ? std::strtol(wanted, nullptr, 10) : 0;
  if (number > 0) return static_cast<unsigned>(std::min(number, kMost));
  const unsigned cores = std::thread::hardware_concurrency();
  return cores <= 2 ? 1 : cores;
}

void warn_of_preloads(const Options& options) {
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  for (const PreloadIssues& found : preload_issues(options.trust, now)) {
    base::log::warn("Account [{}] has validation issues:", found.account);
    for (const Issue& issue : found.issues.list)
      base::log::warn("  - {}", issue.text);
  }
}

}  // namespace

Server::Server(Options options, Reread reread)
    : id_(make_server_id()),
      name_(options.server_name.empty() ? id_ : options.server_name),
      started_(wall_now()),
      reread_(std::move(reread)),
      accounts_(options.system_account.empty() ? contract::kSystemAccount : options.system_account),
      clients_(exchange_, accounts_, ids_),
      workers_(worker_count(options)),
      internal_(workers_.at(0), exchange_, ++ids_),
      options_(std::make_shared<const Options>(std::move(options))),
      options_loaded_(started_) {
  accounts_.when_added([this](Account& account) {
    if (Gateways* others = gateways()) others->account_added(account);
  });
  apply_rules(exchange_, accounts_, options_->accounts);
  auto authenticator = std::make_shared<const Authenticator>(options_->auth, accounts_);
  clients_.set_rules(make_rules(*options_, std::move(authenticator)));
  authenticator = std::make_shared<const Authenticator>(websocket_auth(*options_), accounts_);
  clients_.set_rules(make_websocket_rules(*options_, std::move(authenticator)),
                     ConnectionType::websocket);
  if (!options_->leaf.enabled()) return;
  const auto hosts = reachable_hosts(options_->leaf.host);
  leafs_ = std::make_unique<Leafs>(workers_,
                                   clients_,
                                   LeafIdentity{id_, name_, options_->version, hosts.front()},
                                   leaf_settings(*options_));
}

Server::~Server() {
  close_down();  // nothing, when it ended properly
}

std::shared_ptr<const Options> Server::options() const {
  const std::lock_guard lock(mutex_);
  return options_;
}

base::WallTime Server::options_loaded() const {
  const std::lock_guard lock(mutex_);
  return options_loaded_;
}

base::Result<void> Server::announce(const std::vector<std::string>& notices) {
  const auto options = this->options();
  base::log::info("Starting nats-server");
  base::log::info("  Version:  {}", options->version);
  base::log::info("  Git:      [not set]");
  const std::string cluster = route_settings(*options).name;
  if (!cluster.empty()) base::log::info("  Cluster:  {}", cluster);
  base::log::info("  Name:     {}", name_);
  base::log::info("  ID:       {}", id_);
  if (has_plain_passwords(*options)) {
    base::log::warn("Plaintext passwords detected, use nkeys or bcrypt");
  }
  if (options->limits.max_payload > contract::kMaxPayloadWarnBytes) {
    base::log::warn(
        "Maximum payloads over {} are generally discouraged and could lead to poor performance",
        "8.00 MB");
  }
  if (!options->config_file.empty()) {
    base::log::info("Using configuration file: {}", options->config_file);
  }
  for (const std::string& line : trust_lines(options->trust))
    base::log::info("{}", line);
  if (!options->trust.operators.empty() && options->system_account.empty()) {
    base::log::warn("Trusted Operators should utilize a System Account");
  }
  for (const std::string& notice : notices)
    base::log::warn("{}", notice);
  warn_of_preloads(*options);
  if (!options->pid_file.empty()) {
    auto written = write_pid_file(options->pid_file);
    if (!written) return std::move(written).error().in("Could not write pidfile");
  }
  if (options->https_port != 0 && options->http_port != 0) {
    return base::Error(
        base::ErrorCode::invalid,
        fmt::format("Can't start monitoring: can't specify both HTTP ({}) and HTTPs ({}) ports",
                    options->http_port,
                    options->https_port));
  }
  if (options->https_port != 0 && !options->tls) {
    return base::Error(base::ErrorCode::invalid,
                       "Can't start monitoring: TLS cert and key required for HTTPS");
  }
  if (options->has_system_account()) {
    base::log::debug("Created system account: \"{}\"", accounts_.system().name());
  }
  return {};
}

base::Result<void> Server::listen() {
  auto opened = open_doors();
  // Also when a door stays shut: the monitor may be waiting for the workers' answers.
  workers_.start();
  running_ = true;
  if (!opened) return opened;
  if (gateways_) gateways_->start();
  if (cluster_) cluster_->start();
  if (leafs_) leafs_->start();
  write_ports_file();
  return {};
}

base::Result<void> Server::open_doors() {
  TRY(use_tls(*options()));
  TRY(open_gateways());
  TRY(open_websocket_door());
  TRY(open_leafs());
  TRY(open_client_door());
  base::log::info("Server is ready");
  return open_cluster();
}

base::Result<void> Server::open_client_door() {
  const auto options = this->options();
  const contract::HostPort wanted{options->host, std::max(options->port, 0)};
  const auto failed = [&](const std::string& why) {
    return base::Error(base::ErrorCode::io,
                       "Error listening on port: " + wanted.text() + ", \"" + why + "\"");
  };
  if (options->port > 65535) {
    return failed("listen tcp: address " + std::to_string(options->port) + ": invalid port");
  }
  auto listener = Listener::open(
      control_, options->host, options->port, [this](Socket socket) { accept(std::move(socket)); });
  if (!listener) return failed(listener.error().what);
  client_listener_ = std::move(*listener);
  client_port_ = client_listener_->address().port;
  accepting_ = true;
  push_client_info();  // now with our port
  base::log::info("Listening for client connections on {}",
                  contract::HostPort{options->host, client_port_}.text());
  if (options->tls) {
    base::log::info("TLS {} for client connections",
                    options->allow_non_tls ? "available" : "required");
  }
  return {};
}

// Reads the certificates anew: connections to come use them.
base::Result<void> Server::use_tls(const Options& options) {
  tls_ = TRY(load_tls(options));
  if (cluster_) cluster_->set_tls(tls_.routes);
  if (gateways_) gateways_->set_tls(tls_.gateways);
  if (leafs_) leafs_->set_tls(tls_.leafs);
  return {};
}

void Server::accept(Socket socket) {
  // std::function wants its captures copied; a socket is handed on once.
  auto held = std::make_shared<Socket>(std::move(socket));
  workers_.next().post(
      [this, held](Worker& worker) { ClientSession::make(worker, clients_, std::move(*held)); });
}

int Server::run() {
  memory_.start();
  if (!ended_) control_.run();
  return exit_code_;
}

void Server::give_up() {
  close_down();
}

void Server::shut_down(int exit_code) {
  control_.post([this, exit_code] { do_shut_down(exit_code); });
}

void Server::enter_lame_duck() {
  control_.post([this] { do_enter_lame_duck(); });
}

void Server::reload() {
  reload([](const base::Result<void>&) {});
}

void Server::reload(std::function<void(base::Result<void>)> done) {
  control_.post([this, done = std::move(done)] { done(do_reload()); });
}

void Server::reopen_log() {
  control_.post([] {
    if (base::log::reopen()) {
      base::log::info("File log re-opened");
    } else {
      base::log::info("File log re-open ignored, not a file logger");
    }
  });
}

void Server::on_signal(int number) {
  base::log::debug("Trapped \"{}\" signal", signal_name(number));
  switch (number) {
    case SIGINT:
      return shut_down(0);
    case SIGTERM:
      if (!lame_duck_) shut_down(1);  // 0 only since 2.11
      return;
    case SIGHUP:
      return reload();
    case SIGUSR1:
      return reopen_log();
    case SIGUSR2:
      return enter_lame_duck();
    default:
      return;
  }
}

void Server::do_enter_lame_duck() {
  if (lame_duck_ || ended_) return;
  lame_duck_ = true;
  accepting_ = false;
  base::log::info("Entering lame duck mode, stop accepting new clients");
  client_listener_.reset();
  close_websocket_door();
  if (before_lame_duck_) before_lame_duck_();
  const auto counted = workers_.ask_all([](Worker& worker) {
    std::size_t count = 0;
    for_each_client(worker, [&](ClientSession&) { ++count; });
    return count;
  });
  std::size_t clients = 0;
  for (const std::size_t count : counted)
    clients += count;
  if (clients == 0) return do_shut_down(0);
  if (cluster_) cluster_->enter_lame_duck();
  push_client_info();
  const auto options = this->options();
  const LameDuck::Plan plan{options->lame_duck_grace_period,
                            options->lame_duck_duration - options->lame_duck_grace_period};
  sending_away_ = std::make_unique<LameDuck>(
      control_,
      workers_,
      plan,
      [] { base::log::info("Closing existing clients"); },
      [this] { shut_down(0); });
}

void Server::do_shut_down(int exit_code) {
  if (ended_) return;
  exit_code_ = exit_code;
  base::log::info("Initiating Shutdown...");
  close_down();
  base::log::info("Server Exiting..");
  control_.stop();
}

void Server::close_down() {
  if (ended_) return;
  ended_ = true;
  accepting_ = false;
  sending_away_.reset();
  if (before_stopping_) before_stopping_();
  if (cluster_ && running_) cluster_->stop();
  if (gateways_ && running_) gateways_->stop();
  if (leafs_ && running_) leafs_->stop();
  if (client_listener_) {
    client_listener_.reset();
    base::log::debug("Client accept loop exiting..");
  }
  close_websocket_door();
  workers_.stop();
  gates_.clear();
  remove_ports_file();
}

void Server::remove_ports_file() {
  if (ports_file_.empty()) return;
  if (std::remove(ports_file_.c_str()) != 0) {
    base::log::error("Error cleaning up ports file {}", ports_file_);
  }
  ports_file_.clear();
}

void Server::write_ports_file() {
  const auto options = this->options();
  if (options->ports_file_dir.empty()) return;
  ListenUrls urls;
  for (const std::string& host : reachable_hosts(options->host)) {
    urls.nats.push_back("nats://" + contract::HostPort{host, client_port_}.text());
  }
  urls.monitoring = monitor_urls_;
  if (websocket_port_ != 0) {
    const std::string scheme = options->websocket.tls ? "wss://" : "ws://";
    for (const std::string& host : reachable_hosts(options->websocket.host))
      urls.websocket.push_back(scheme + contract::HostPort{host, websocket_port_}.text());
  }
  if (cluster_) {
    for (const std::string& host : reachable_hosts(options->cluster.host)) {
      urls.cluster.push_back("nats://" + contract::HostPort{host, cluster_->address().port}.text());
    }
  }
  ports_file_ = ports_file_path(options->ports_file_dir);
  const auto written = broker::write_ports_file(ports_file_, urls);
  if (!written) {
    base::log::error("Error writing ports file ({}): {}", ports_file_, written.error().what);
    ports_file_.clear();
  }
}

}  // namespace broker
