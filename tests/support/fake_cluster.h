#pragma once

#include "base/clock.h"
#include "contract/monitoring.h"
#include "plan/plan.h"
#include "watch/sample.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace support {

// One server of a cluster that exists in its monitoring only. A test says what it is; the answers
// follow.
struct FakeServer {
  std::string name;
  std::string id;  // "A-1"; another number after each restart()
  std::string version = "2.10.27";
  std::string cluster = "demo";
  plan::Address client;
  plan::Address route;
  plan::Address monitor;
  bool up = true;      // false: nobody listens
  bool hangs = false;  // accepts and never answers
  bool healthy = true;
  std::string ailment = "failed to be ready for connections after 1ms";  // when it is not
  bool tells_names = true;                                               // 2.9 tells no remote_name
  int pool = 4;                    // route connections to each peer, the last of four for $SYS
  std::uint64_t newest_route = 9;  // rid
  std::optional<std::uint64_t> newest_route_before;  // a look earlier; not set: there was none
  std::int64_t max_connections = 65536;
  std::string system_account = "$SYS";
  bool auth_required = false;
  bool advertises = true;            // false: cluster.no_advertise
  std::vector<std::string> clients;  // their names
  std::set<std::string> refused;     // clients with a wrong login
  std::set<std::string> cut_off;     // peers it has no route to, by name
  std::int64_t slow_consumers = 0;
  std::uint64_t api_errors = 0;             // of JetStream's API
  std::optional<contract::Jsz> jsz;         // it has JetStream, and this is what it tells
  std::optional<contract::Jsz> jsz_before;  // a look earlier; the same when it is not set

  void restart(const std::string& new_version) {
    version = new_version;
    id = name + "-" + std::to_string(++starts);
  }

  int starts = 1;
};

// Servers A, B, ... in a full mesh, over HTTP when serve() was called and as samples at any time.
//
//   FakeCluster cluster({"A", "B"});
//   cluster.change("A", [](auto& a) { a.cut_off = {"B"}; });
//   watch::Snapshot seen = cluster.snapshot(clock.now());
//
// Threads: any.
class FakeCluster {
 public:
  // With a temporary node that is in `plan` and not up: temp = "C".
  explicit FakeCluster(const std::vector<std::string>& names, const std::string& temp = "");
  ~FakeCluster();

  // Members and temporary node with the addresses of the servers; release 2.10.28.
  plan::Plan plan() const;

  void change(const std::string& name, const std::function<void(FakeServer&)>& how);
  FakeServer look_at(const std::string& name) const;

  watch::Sample sample(const std::string& name, base::Time taken) const;
  watch::Snapshot snapshot(base::Time taken) const;

  // Answers on the monitoring ports from now on.
  void serve();

 private:
  struct Http;

  std::optional<std::string> answer(const std::string& name,
                                    const std::string& target,
                                    int& status) const;
  contract::Varz varz(const FakeServer& server) const;
  contract::Connz connz(const FakeServer& server) const;
  contract::Routez routez(const FakeServer& server) const;
  bool linked(const FakeServer& from, const FakeServer& to) const;

  mutable std::mutex mutex_;
  std::map<std::string, FakeServer> servers_;
  std::string temp_;
  std::vector<std::unique_ptr<Http>> https_;
};

}  // namespace support
