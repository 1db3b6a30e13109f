#pragma once

#include "broker/gateway/super_cluster.h"
#include "broker/net/dialer.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

// Dials other clusters, patiently: one connection to each, to any of its servers.
//
// A configured cluster is tried every second for as long as we live, all its addresses in random
// order each time. One that others told us of is given up after connect_retries more tries, unless
// its servers dial us. A connection that was lost is made again: at once, or a second later when it
// is configured; both by a random part later.
// Source: nats-server server/gateway.go (solicitGateway, reconnectGateway)
//
// Threads: its worker's; the others through post().
namespace broker {

class GatewayCaller {
 public:
  GatewayCaller(Worker& worker, SuperCluster& all);

  void start();  // the clusters of the configuration, a second from now: ours forms first
  void stop();   // nothing is dialled any more

  void found(const std::string& cluster);
  void lost(const std::string& cluster);

 private:
  struct Attempt {
    Attempt(EventLoop& loop, std::string its_cluster, bool is_configured, bool is_reconnect)
        : cluster(std::move(its_cluster)),
          configured(is_configured),
          reconnect(is_reconnect),
          timer(loop) {}

    const std::string cluster;
    const bool configured;
    const bool reconnect;  // we had been connected
    int rounds = 0;
    std::vector<contract::Url> left = {};  // of this round, the next one last
    Timer timer;
  };

  void solicit(const std::string& cluster, base::nanoseconds after, bool reconnect);
  void begin_round(Attempt& attempt);
  void dial_next(Attempt& attempt);
  void connected(const Attempt& attempt, const contract::Url& url, Socket socket);
  void failed(Attempt& attempt, const contract::Url& url, const base::Error& error);
  void end_round(Attempt& attempt);
  bool is_reported(const Attempt& attempt) const;
  base::nanoseconds jitter();

  Worker& worker_;
  SuperCluster& all_;
  Dialer dialer_;
  Timer first_;
  std::map<std::string, std::unique_ptr<Attempt>> attempts_;  // by cluster
  bool stopped_ = false;
};

}  // namespace broker
