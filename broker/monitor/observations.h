#pragma once

#include "broker/monitor/closed_clients.h"
#include "broker/monitor/process_usage.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace broker {

class Server;

// How often each page was asked for. Threads: any.
class RequestCounts {
 public:
  void count(const std::string& path) {
    const std::lock_guard lock(mutex_);
    ++counts_[path];
  }

  std::map<std::string, std::int64_t> all() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::int64_t> counts_;  // guarded by mutex_
};

// What the pages show that nobody keeps otherwise. Threads: any.
struct Observations {
  explicit Observations(std::size_t most_closed) : closed(most_closed) {}

  ClosedClients closed;
  RequestCounts counts;
  ProcessUsage usage;
  std::atomic<int> http_port{0};   // the real one; 0: no monitoring over HTTP
  std::atomic<int> https_port{0};  // likewise
};

// Begins to observe. Before listen(). Shared with the clients' sessions, which report until the
// workers end.
std::shared_ptr<Observations> observe(Server& server);

}  // namespace broker
