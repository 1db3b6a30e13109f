#pragma once

#include "base/json.h"
#include "base/result.h"
#include "broker/monitor/closed_clients.h"
#include "broker/monitor/process_usage.h"
#include "broker/monitor/query.h"
#include "broker/server/server.h"

#include <map>
#include <mutex>
#include <span>
#include <string>
#include <string_view>

// The pages of nats-server 2.10, each a function from a query to an answer. Field names, kinds and
// error texts are the server's.
// Source: nats-server 2.10 server/monitor.go;
// docs.nats.io/running-a-nats-service/nats_admin/monitoring
//
// Threads: any but a worker's.
namespace broker {

struct Answer {
  int status = 200;
  std::string type = "application/json";
  std::string body = {};

  static Answer json(const base::Json& json) { return {.body = json.dump_pretty()}; }

  static Answer text(int status, std::string body) {
    return {.status = status, .type = "text/plain; charset=utf-8", .body = std::move(body)};
  }
};

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

// What the pages are made from.
struct Monitored {
  Server& server;
  ClosedClients& closed;
  RequestCounts& counts;
  ProcessUsage& usage;
  int http_port;  // the real one
};

// An Error is answered as "400 Bad Request" with its text.
using Render = base::Result<Answer> (*)(const Monitored& monitored, const Query& query);

struct MonitorPage {
  std::string_view path;
  Render render;
};

base::Result<Answer> home_page(const Monitored& monitored, const Query& query);
base::Result<Answer> varz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> connz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> routez_page(const Monitored& monitored, const Query& query);
base::Result<Answer> subsz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> healthz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> accountz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> accstatz_page(const Monitored& monitored, const Query& query);

// What a core server has none of: the pages say so.
base::Result<Answer> leafz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> gatewayz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> jsz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> ipqueuesz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> raftz_page(const Monitored& monitored, const Query& query);

}  // namespace broker
