#pragma once

#include "broker/leaf/leaf_table.h"
#include "broker/leaf/settings.h"
#include "broker/sessions/clients.h"
#include "broker/sessions/close_reason.h"
#include "broker/sessions/session_state.h"
#include "contract/server_info.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

// What all leaf connections of a server share.
namespace broker {

// What this server says of itself. Plain; the server fills it.
struct LeafIdentity {
  std::string server_id = {};
  std::string server_name = {};
  std::string version = {};
  // Where the door is reached: of all addresses of the machine one is told. Source: nats-server
  // server/leafnode.go (setLeafNodeInfoHostPortAndIP)
  std::string host = {};
};

// The hub that a connection was dialled to.
struct LeafDialled {
  std::size_t remote = 0;  // which of the settings' remotes
  LeafRemoteSettings settings = {};
  contract::Url url = {};
  std::string tls_name = {};  // for whom its certificate is to be
  std::string user = {};      // of a configured address, for those that the hub told us of
  std::string password = {};
};

// The account of ours that is joined with the hub's.
inline std::string own_account(const LeafDialled& dialled) {
  return dialled.settings.account.empty() ? contract::kGlobalAccount : dialled.settings.account;
}

// What became of a dialled connection.
struct LeafEnd {
  std::size_t remote = 0;
  base::nanoseconds delay{0};  // before the next try, beside the usual wait
};

// How leaf connections are secured; null: not.
struct LeafTls {
  std::shared_ptr<const TlsContext> door = {};
  std::vector<std::shared_ptr<const TlsContext>> remotes = {};  // one for each, never null
};

// Threads: any, once the hooks are set.
class LeafCommon {
 public:
  LeafCommon(Workers& workers, Clients& clients, LeafIdentity identity, LeafSettings settings);

  // Set before the first connection. Called on any worker's thread.
  struct Hooks {
    std::function<void(const LeafEnd&)> ended;
    // The hub names addresses where it can be reached.
    std::function<void(std::size_t remote, const std::vector<std::string>& urls)> discovered;
    // One was bound to its account, or has gone.
    std::function<void(const SessionState&)> connected;
    std::function<void(const SessionState&)> closed;
  };

  void set_hooks(Hooks hooks) { hooks_ = std::move(hooks); }

  const Hooks& hooks() const { return hooks_; }

  Workers& workers() { return workers_; }

  Clients& clients() { return clients_; }

  Exchange& exchange() { return clients_.exchange(); }

  const LeafIdentity& identity() const { return identity_; }

  std::shared_ptr<const LeafSettings> settings() const;
  void set_settings(LeafSettings settings);

  std::shared_ptr<const LeafTls> tls() const;
  void set_tls(LeafTls tls);

  // Who may come in: the block's own users, or else those that clients are, by this door.
  std::shared_ptr<const Authenticator> authenticator() const;

  void set_port(int port);  // where the door ended up

  // What we say of ourselves at the door, without what is said to one only.
  contract::ServerInfo info() const;

  // "host:port", where leaf nodes of the cluster come in; ours first. Every leaf node is told of
  // a change.
  void set_cluster(std::string name, std::vector<std::string> urls_of_others);
  std::string cluster() const;
  std::vector<std::string> own_urls() const;  // of us, for the other servers; none: not told

  LeafTable& table() { return table_; }

  const LeafTable& table() const { return table_; }

  // The subject by which a loop shows, one for each account.
  std::string loop_subject(const Account& account);

  void close(const LeafPeer& peer, CloseReason reason, std::string_view err);

 private:
  contract::HostPort own_address(const LeafSettings& settings, int port) const;

  Workers& workers_;
  Clients& clients_;
  const LeafIdentity identity_;
  LeafTable table_;
  Hooks hooks_;
  mutable std::mutex mutex_;
  std::shared_ptr<const LeafSettings> settings_;             // guarded by mutex_
  std::shared_ptr<const Authenticator> own_users_;           // guarded by mutex_
  mutable std::shared_ptr<const Authenticator> of_clients_;  // guarded by mutex_
  mutable std::shared_ptr<const Authenticator> as_leafs_;    // guarded by mutex_; made of it
  std::shared_ptr<const LeafTls> tls_;                       // guarded by mutex_
  int port_ = 0;                                             // guarded by mutex_
  std::string cluster_;                                      // guarded by mutex_
  std::vector<std::string> others_;                          // guarded by mutex_
  std::map<const Account*, std::string> loop_subjects_;      // guarded by mutex_
};

}  // namespace broker
