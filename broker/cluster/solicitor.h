#pragma once

#include "broker/cluster/mesh.h"
#include "broker/net/dialer.h"

#include <map>
#include <memory>
#include <random>
#include <string>

// Dials other servers, patiently.
//
// A configured route is tried every second for as long as we live, and again when its server has
// gone. A server that another one told us of is tried once, and connect_retries times more. After a
// loss the next try waits a little longer, by a random part: two servers that dial each other must
// not go on doing it at the same instant. Source: nats-server server/route.go (connectToRoute,
// reConnectToRoute)
//
// A configured server that another one tells us of is there, so it is dialled now. nats-server
// leaves it to its timer: for up to a second, what is published at the one does not reach
// subscribers at the other.
//
// Threads: its worker's; the others through post().
namespace broker {

class Solicitor {
 public:
  Solicitor(Worker& worker, Mesh& mesh);

  void start();  // every configured route
  void stop();   // nothing is dialled any more

  void hear_of(const contract::ServerInfo& info);
  void route_ended(const RouteEnd& end);

  // Configured routes after a reload: new ones are dialled, those that have gone are given up.
  void reload(const ClusterSettings& before);

 private:
  struct Attempt {
    Attempt(EventLoop& loop, Dialled its_target, bool is_reconnect)
        : target(std::move(its_target)), reconnect(is_reconnect), timer(loop) {}

    const Dialled target;
    const bool reconnect;  // we had been connected
    int tries = 0;
    Timer timer;
  };

  void solicit(const Dialled& target, base::nanoseconds after, bool reconnect);
  void dial_after(Attempt& attempt, base::nanoseconds delay);
  void dial(Attempt& attempt);
  void connected(Attempt& attempt, Socket socket);
  void failed(Attempt& attempt, const base::Error& error);
  void retire(Attempt& attempt);
  bool is_own_address(const contract::Url& url) const;
  base::nanoseconds jitter();

  Worker& worker_;
  Mesh& mesh_;
  Dialer dialer_;
  std::map<std::string, std::unique_ptr<Attempt>> attempts_;  // by host:port
  bool stopped_ = false;
};

}  // namespace broker
