#include "tests/bench/stand.h"

#include "tests/bench/frames.h"

#include <array>
#include <stdexcept>
#include <thread>

namespace bench {

Stand::Stand(const support::Release& release, Servers servers, const std::string& conf) {
  support::ServerSettings settings;
  settings.release = release;
  settings.conf = conf;
  if (servers == Servers::two_with_a_route) {
    settings.clustered = true;
    settings.cluster_name = "bench";
  }
  servers_.push_back(std::make_unique<support::ServerProcess>(settings));
  if (servers == Servers::one) return;
  settings.name = "B";
  settings.routes = {servers_.front()->cluster_port()};
  servers_.push_back(std::make_unique<support::ServerProcess>(settings));
}

Peer& Stand::connect(int port) {
  return *peers_.emplace_back(std::make_unique<Peer>(Peer::client(port)));
}

Peer& Stand::near() {
  return connect(servers_.front()->port());
}

Peer& Stand::far() {
  return connect(servers_.back()->port());
}

std::vector<pid_t> Stand::pids() const {
  std::vector<pid_t> pids;
  for (const auto& server : servers_)
    pids.push_back(server->pid());
  return pids;
}

void subscribe(Peer& peer, const std::string& filter, const std::string& sid) {
  peer.say("SUB " + filter + " " + sid + "\r\n");
  peer.sync();
}

void wait_for_interest(Peer& publisher, Peer& subscriber, const std::string& subject) {
  std::array<char, 4096> waste{};
  for (int tries = 0; tries < 2000; ++tries) {
    publisher.say(pub_frame(subject, ""));
    publisher.sync();
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    if (subscriber.read(waste.data(), waste.size()) == 0) continue;
    // What else is on its way has crossed the route when the next one has.
    publisher.say(pub_frame(subject, "last"));
    subscriber.await("last\r\n");
    return;
  }
  throw std::runtime_error("interest does not cross the route");
}

}  // namespace bench
