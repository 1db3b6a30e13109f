#pragma once

#include "broker/cluster/cluster.h"
#include "broker/exchange/exchange.h"
#include "broker/exchange/internal_client.h"
#include "broker/gateway/gateways.h"
#include "broker/leaf/leafs.h"
#include "broker/net/listener.h"
#include "broker/server/lame_duck.h"
#include "broker/server/memory_keeper.h"
#include "broker/server/options.h"
#include "broker/server/process_files.h"
#include "broker/sessions/clients.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

// One broker: workers, listeners, accounts, its life from the first log line to the exit code.
//
// Life: constructed with good options; prepare() finds the system account; announce() says who we
// are; listen() opens the clients' door and says "Server is ready"; run() serves until someone asks
// for the end, and returns the exit code. Between announce() and listen() main starts the monitor,
// as nats-server does.
//
// Threads: the thread that calls run() is the control thread: it accepts connections, reloads,
// paces lame duck, and runs the control loop's tasks and timers. Connections live on workers. What
// may be called from elsewhere says so.
namespace broker {

struct ReadOptions {
  Options options = {};
  std::vector<std::string> notices = {};  // to be logged as warnings
};

class Server {
 public:
  // Reads file and flags again, for a reload. An Error is what the log will say.
  using Reread = std::function<base::Result<ReadOptions>()>;

  Server(Options options, Reread reread);
  ~Server();

  // The accounts that operators sign for, when there are operators: where they are to be found, and
  // the system account among them. Before announce().
  base::Result<void> prepare();
  base::Result<void> announce(const std::vector<std::string>& notices);
  base::Result<void> listen();
  int run();
  void give_up();  // instead of run(), when listen() failed: what is open is closed

  // Requests, from any thread.
  void shut_down(int exit_code);
  void enter_lame_duck();
  void reload();
  void reload(std::function<void(base::Result<void>)> done);  // told on the control thread
  void reopen_log();
  void on_signal(int number);

  // Who and what we are. Any thread; none of these ever changes.
  const std::string& id() const { return id_; }

  const std::string& name() const { return name_; }

  base::WallTime started() const { return started_; }

  Workers& workers() { return workers_; }

  Clients& clients() { return clients_; }

  Exchange& exchange() { return exchange_; }

  AccountTable& accounts() { return accounts_; }

  // Where accounts are known that operators signed for; null without operators.
  std::shared_ptr<TrustedAccounts> trusted() const {
    return clients_.rules()->authenticator->trusted();
  }

  InternalClient& internal() { return internal_; }  // the server as a client of its own

  std::atomic<std::uint64_t>& ids() { return ids_; }  // cids and rids

  EventLoop& control() { return control_; }

  // How it is now. Any thread.
  std::shared_ptr<const Options> options() const;
  base::WallTime options_loaded() const;

  bool is_lame_duck() const { return lame_duck_; }

  // False before listen() and from lame duck on: /healthz says so.
  bool accepts_clients() const { return accepting_; }

  int client_port() const { return client_port_; }  // the real one; 0 before listen()

  // The INFO a client would get, without what is said to one client only.
  contract::ServerInfo client_info() const;

  // host:port of our clients' door as others reach it; empty in lame duck and before listen().
  std::vector<std::string> own_client_urls() const;

  int websocket_port() const { return websocket_port_; }  // likewise; 0 also without websockets

  // host:port of the websocket clients' door, likewise.
  std::vector<std::string> own_websocket_urls() const;

  // The other servers; nullptr without a cluster, and before listen().
  Cluster* cluster() const { return cluster_seen_; }

  // The other clusters; nullptr without gateways, and before listen().
  Gateways* gateways() const { return gateways_seen_; }

  // Leaf nodes and hubs; nullptr without any in the settings.
  Leafs* leafs() const { return leafs_.get(); }

  // Where monitoring listens, for the ports file. Before listen().
  void set_monitor_urls(std::vector<std::string> urls) { monitor_urls_ = std::move(urls); }

  // Runs on the control thread when lame duck mode begins, before anyone is told. Before run().
  void before_lame_duck(Task tell) { before_lame_duck_ = std::move(tell); }

  // Runs on the control thread when the end has come and the workers still answer: who asks them
  // from threads of its own has to stop now. Before run().
  void before_stopping(Task stop) { before_stopping_ = std::move(stop); }

 private:
  base::Result<void> open_doors();
  base::Result<void> open_websocket_door();
  base::Result<void> open_client_door();
  base::Result<void> open_cluster();
  base::Result<void> open_gateways();
  base::Result<void> open_leafs();
  void cluster_changed();
  void write_ports_file();
  void accept(Socket socket);
  void accept_websocket(Socket socket);
  void admit(Worker& worker, Admitted admitted);
  void close_websocket_door();
  std::vector<std::string> own_urls(const std::string& advertise,
                                    const std::string& host,
                                    int port) const;
  base::Result<std::shared_ptr<TrustedAccounts>> make_trusted(const Options& options);
  base::Result<void> find_system_account(const Options& options, TrustedAccounts& trusted);
  void claims_changed(Account& account);
  void share_by_claims();
  void find_exporters(const Account& account, TrustedAccounts& trusted);
  void close_oldest_clients(Account& account, std::int64_t most);
  void close_client(const std::shared_ptr<Destination>& client,
                    CloseReason reason,
                    std::string_view said);
  void renew_claims(TrustedAccounts& trusted);
  std::shared_ptr<const ClientRules> make_rules(const Options& options,
                                                std::shared_ptr<const Authenticator> authenticator);
  base::Result<void> use_tls(const Options& options);
  std::shared_ptr<const ClientRules> make_websocket_rules(
      const Options& options, std::shared_ptr<const Authenticator> authenticator);
  void renew_rules(const Options& options,
                   const std::shared_ptr<const Authenticator>& clients,
                   const std::shared_ptr<const Authenticator>& websockets,
                   bool reloaded);
  void publish_rules(std::shared_ptr<const ClientRules> rules, ConnectionType door, bool reloaded);
  void push_client_info();

  void do_shut_down(int exit_code);
  void close_down();
  void do_enter_lame_duck();
  base::Result<void> do_reload();
  base::Result<void> try_reload();
  void apply_reload(const Options& before,
                    const Options& after,
                    const std::shared_ptr<TrustedAccounts>& trusted);
  void share_as(const Options& before, const Options& after);
  void close_excess_clients(std::int64_t most);
  void remove_ports_file();

  const std::string id_;
  const std::string name_;
  const base::WallTime started_;
  const Reread reread_;
  EventLoop control_;
  AccountTable accounts_;
  Exchange exchange_;
  std::atomic<std::uint64_t> ids_{0};
  Clients clients_;
  Workers workers_;
  InternalClient internal_;

  mutable std::mutex mutex_;
  std::shared_ptr<const Options> options_;  // guarded by mutex_
  base::WallTime options_loaded_;           // guarded by mutex_

  std::mutex sharing_;  // one after another says what accounts share

  LoadedTls tls_;  // the control thread's

  // The control thread's. Cluster and gateways go before the workers they stand on.
  std::unique_ptr<Gateways> gateways_;
  std::unique_ptr<Cluster> cluster_;
  std::unique_ptr<Leafs> leafs_;
  std::unique_ptr<Listener> client_listener_;
  std::unique_ptr<Listener> websocket_listener_;
  std::vector<std::unique_ptr<WebsocketGate>> gates_;  // one a worker, used by it
  std::unique_ptr<LameDuck> sending_away_;
  MemoryKeeper memory_{control_};
  std::vector<std::string> monitor_urls_;
  Task before_lame_duck_;
  Task before_stopping_;
  std::string ports_file_;  // as written; empty: none
  int exit_code_ = 0;
  bool running_ = false;  // the workers are
  bool ended_ = false;

  std::atomic<Cluster*> cluster_seen_{nullptr};
  std::atomic<Gateways*> gateways_seen_{nullptr};
  std::atomic<bool> accepting_{false};
  std::atomic<bool> lame_duck_{false};
  std::atomic<int> client_port_{0};
  std::atomic<int> websocket_port_{0};
};

}  // namespace broker
