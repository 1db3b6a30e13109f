#pragma once

#include "broker/leaf/leaf_common.h"
#include "broker/net/dialer.h"

#include <cstddef>
#include <string>
#include <vector>

// Dials one configured hub, for as long as we live: the addresses in turn, beginning with any of
// them, and those that the hub tells us of. Between two failed tries the reconnect delay and up to
// as much again; after a connection was lost the delay, and longer when the hub sent us away.
// Source: nats-server server/leafnode.go (connectToRemoteLeafNode, pickNextURL, doUpdateLNURLs)
// Threads: its worker's.
namespace broker {

class LeafRemote {
 public:
  LeafRemote(Worker& worker, LeafCommon& common, std::size_t number, LeafRemoteSettings settings);

  void start();
  void stop();  // nothing is dialled any more

  void ended(base::nanoseconds delay);                         // our connection has
  void discovered(const std::vector<std::string>& addresses);  // the hub is there, too

 private:
  void dial_after(base::nanoseconds delay);
  void begin();
  void dial();
  void connected(const contract::Url& url, Socket socket);
  void failed(const contract::Url& url, const base::Error& error);
  base::nanoseconds reconnect_delay() const;
  const contract::Url& next_url();

  Worker& worker_;
  LeafCommon& common_;
  const std::size_t number_;
  const LeafRemoteSettings settings_;
  Dialer dialer_;
  Timer timer_;
  std::vector<contract::Url> urls_;
  contract::Url current_;  // what was dialled last
  std::string tls_name_;
  bool ever_connected_ = false;
  bool stopped_ = false;
  int tries_ = 0;
};

}  // namespace broker
