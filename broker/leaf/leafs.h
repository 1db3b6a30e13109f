#pragma once

#include "broker/leaf/leaf_common.h"
#include "broker/leaf/leaf_remote.h"
#include "broker/net/listener.h"

#include <memory>
#include <string>
#include <vector>

// Leaf nodes: the door where they come in, and the hubs that we dial.
//
//   Leafs leafs(workers, clients, identity, settings);
//   leafs.set_hooks(...); leafs.set_tls(...);
//   TRY(leafs.listen());      // before the workers run
//   leafs.start();            // dials
//   ...
//   leafs.stop();             // before Workers::stop()
//
// Threads: listen(), start() and the destructor on the server's thread while or after the workers
// do not run, start() also while they run; the rest from any thread.
namespace broker {

class Leafs {
 public:
  Leafs(Workers& workers, Clients& clients, LeafIdentity identity, LeafSettings settings);
  ~Leafs();

  using Tell = std::function<void(const SessionState&)>;

  // Who wants to hear of connections, on their workers: of every one that is bound to its account,
  // and of every one of these that has gone. Before listen().
  void when_connected(Tell tell) { connected_.push_back(std::move(tell)); }

  void when_closed(Tell tell) { closed_.push_back(std::move(tell)); }

  base::Result<void> listen();
  void start();
  void stop();

  // Connections to come.
  void set_tls(LeafTls tls) { common_.set_tls(std::move(tls)); }

  // The other servers of our cluster have these doors.
  void set_cluster(std::string name, std::vector<std::string> urls_of_others) {
    common_.set_cluster(std::move(name), std::move(urls_of_others));
  }

  // Where leaf nodes come in, for other servers of our cluster; none: they are not told.
  std::vector<std::string> own_urls() const { return common_.own_urls(); }

  int port() const { return port_; }  // 0: no door

  std::size_t size() const { return common_.table().size(); }

  std::shared_ptr<const LeafSettings> settings() const { return common_.settings(); }

 private:
  void on_ended(const LeafEnd& end);
  void make_remotes();

  LeafCommon common_;
  Worker& home_;                                      // where we listen and dial
  std::vector<std::unique_ptr<LeafRemote>> remotes_;  // home_'s
  std::unique_ptr<Listener> listener_;                // home_'s
  std::vector<Tell> connected_;
  std::vector<Tell> closed_;
  int port_ = 0;
};

}  // namespace broker
