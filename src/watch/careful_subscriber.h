#pragma once

#include "base/clock.h"
#include "watch/message_ledger.h"
#include "watch/nats_connection.h"

#include <array>
#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace watch {

// How one connection to one server stands.
struct Leg {
  std::size_t server = 0;                      // its place in the list
  std::shared_ptr<std::atomic<bool>> leaving;  // it asked its clients to go, or is lost
  std::unique_ptr<NatsConnection> connection;
  base::Time left;  // when we had a replacement
};

// The servers to choose from, and what may be known of them.
struct ServerList {
  std::vector<std::string> urls;
  plan::Access access;
  std::string subject;
};

// A connection to one server that ends with it; `leaving` becomes true when it should be left.
base::Result<Leg> open_leg(const ServerList& servers, std::size_t server, const std::string& name);

// Listens on two servers at once; see traffic_probe.h. tend() must be called often.
//
// Threads: one at a time.
class CarefulSubscriber {
 public:
  CarefulSubscriber(const ServerList& servers,
                    MessageLedger& ledger,
                    base::Clock& clock,
                    std::size_t first);

  // Connects, to a second server too when there is one; the error of the last that was tried.
  base::Result<void> start();

  // Replaces what is lost or asked us to go, one server a call. A connection that was replaced is
  // kept for a moment, for what is on its way.
  void tend();

 private:
  bool listens_on(std::size_t server) const;  // a connection that is lost or to be left is none
  base::Result<void> listen_somewhere();

  const ServerList& servers_;
  MessageLedger& ledger_;
  base::Clock& clock_;
  std::size_t next_;  // where to look first
  int id_;
  int connections_ = 0;
  std::vector<Leg> legs_;  // at most two
  std::vector<Leg> former_;
};

}  // namespace watch
