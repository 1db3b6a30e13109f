#pragma once

#include "base/json.h"
#include "base/result.h"
#include "broker/monitor/observations.h"
#include "broker/monitor/query.h"
#include "broker/server/server.h"

#include <optional>
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
  base::Json value = {};  // what the body says, when it is JSON

  static Answer json(base::Json json, int status = 200) {
    std::string body = json.dump_pretty();
    return {.status = status, .body = std::move(body), .value = std::move(json)};
  }

  static Answer text(int status, std::string body) {
    return {.status = status, .type = "text/plain; charset=utf-8", .body = std::move(body)};
  }
};

// What the pages are made from.
struct Monitored {
  Server& server;
  Observations& seen;
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
base::Result<Answer> leafz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> accountz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> gatewayz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> accstatz_page(const Monitored& monitored, const Query& query);

// What a core server has none of: the pages say so.
base::Result<Answer> jsz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> ipqueuesz_page(const Monitored& monitored, const Query& query);
base::Result<Answer> raftz_page(const Monitored& monitored, const Query& query);

}  // namespace broker
