#pragma once

#include "broker/net/listener.h"
#include "broker/sessions/client_session.h"
#include "tests/support/eventually.h"
#include "tests/support/wire.h"

#include <atomic>
#include <functional>
#include <memory>

// The engine without its server: workers, a listener, client sessions. The test talks to it over
// real sockets.
class SessionHost {
 public:
  using Change = std::function<void(broker::ClientRules&)>;

  explicit SessionHost(const Change& change = {},
                       unsigned worker_count = 2,
                       broker::AuthRules auth = {})
      : workers_(worker_count), clients_(exchange_, accounts_, ids_) {
    clients_.when_closed([this](const broker::SessionState& state) {
      const std::lock_guard lock(mutex_);
      closed_.push_back(state);
    });
    set_rules(change, std::move(auth));
    auto listener = broker::Listener::open(
        workers_.at(0).loop(), "127.0.0.1", 0, [this](broker::Socket socket) {
          accept(std::move(socket));
        });
    if (!listener) throw std::runtime_error(listener.error().what);
    listener_ = *std::move(listener);
    workers_.start();
  }

  ~SessionHost() {
    workers_.at(0).ask([this](broker::Worker&) { listener_.reset(); }).get();
    workers_.stop();
  }

  int port() const { return listener_->address().port; }

  void set_rules(const Change& change, broker::AuthRules auth) {
    auto rules = std::make_shared<broker::ClientRules>(*clients_.rules());
    rules->info.server_id = "TEST";
    rules->info.version = "2.10.27";
    rules->info.proto = 1;
    rules->info.headers = true;
    if (change) change(*rules);
    rules->authenticator =
        std::make_shared<const broker::Authenticator>(std::move(auth), accounts_);
    clients_.set_rules(rules);
  }

  // On every client session, on its own worker; returns when all are done.
  void on_each_session(const std::function<void(broker::ClientSession&)>& use) {
    workers_.ask_all([&use](broker::Worker& worker) {
      broker::for_each_client(worker, use);
      return 0;
    });
  }

  std::vector<broker::SessionState> sessions() {
    std::vector<broker::SessionState> states;
    std::mutex mutex;
    on_each_session([&](broker::ClientSession& session) {
      const std::lock_guard lock(mutex);
      states.push_back(session.snapshot_with_subscriptions());
    });
    return states;
  }

  // Waits until `count` sessions have ended and tells why the last one did.
  broker::CloseReason close_reason(std::size_t count = 1) {
    support::eventually("a closed session", [&] {
      const std::lock_guard lock(mutex_);
      return closed_.size() >= count;
    });
    const std::lock_guard lock(mutex_);
    return closed_.back().reason;
  }

  support::Wire connect(std::string_view connect = R"({"verbose":false})") {
    return support::Wire::client(port(), connect);
  }

  broker::Clients& clients() { return clients_; }

  broker::Exchange& exchange() { return exchange_; }

  broker::AccountTable& accounts() { return accounts_; }

  broker::Workers& workers() { return workers_; }

 private:
  void accept(broker::Socket socket) {
    auto shared = std::make_shared<broker::Socket>(std::move(socket));
    workers_.next().post([this, shared](broker::Worker& worker) {
      broker::ClientSession::make(worker, clients_, std::move(*shared));
    });
  }

  std::mutex mutex_;
  std::vector<broker::SessionState> closed_;  // guarded by mutex_
  std::atomic<std::uint64_t> ids_{0};
  broker::AccountTable accounts_;
  broker::Exchange exchange_;
  broker::Workers workers_;
  broker::Clients clients_;
  std::unique_ptr<broker::Listener> listener_;
};
