#pragma once

#include "tests/bench/peer.h"
#include "tests/support/server_process.h"

#include <memory>
#include <string>
#include <vector>

namespace bench {

// One server, or two with a route between them, and the clients of a trial. Ends with the trial.
class Stand {
 public:
  enum class Servers { one, two_with_a_route };

  explicit Stand(const support::Release& release,
                 Servers servers = Servers::one,
                 const std::string& conf = {});

  // A further client of the first server, or of the last one. Stays where it is.
  Peer& near();
  Peer& far();

  int port() const { return servers_.front()->port(); }

  std::vector<pid_t> pids() const;

  support::ServerProcess& server() { return *servers_.front(); }

 private:
  Peer& connect(int port);

  std::vector<std::unique_ptr<support::ServerProcess>> servers_;
  std::vector<std::unique_ptr<Peer>> peers_;
};

// SUB, waiting until the server knows.
void subscribe(Peer& peer, const std::string& filter, const std::string& sid = "1");

// Publishes on `subject` until `subscriber` gets it: until its interest has crossed the route.
void wait_for_interest(Peer& publisher, Peer& subscriber, const std::string& subject);

}  // namespace bench
