#pragma once

#include "base/json.h"
#include "base/units.h"
#include "contract/server_info.h"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

// What a NATS server says of itself over HTTP: /varz, /connz, /routez, /subsz and /healthz.
//
// One description for both sides: nats-broker writes it with to_json(), natsctl reads the answers
// of nats-server 2.9 to 2.15 with from_json(). Fields have the server's names and order.
//
// Reading takes what is there. A field that a release does not have, or that holds another kind of
// value, stays empty: std::optional wherever "not told" must not be taken for 0 or "". An answer
// that does not come from a NATS server (no object, no server_id) is an error. Writing leaves out
// an empty optional, and what Go marks omitempty when it is empty.
//
// /jsz is in jetstream.h.
// Source: nats-server server/monitor.go; observed on 2.9.10, 2.10.27 and 2.15.1.
namespace contract {

// The cluster block of /varz. All empty when the server has no cluster.
struct ClusterVarz {
  std::string name = {};
  std::string addr = {};  // host the route listener is bound to
  int cluster_port = 0;
  double auth_timeout = 0;             // seconds
  std::vector<std::string> urls = {};  // configured routes, host:port
  double tls_timeout = 0;              // seconds
  bool tls_required = false;
  bool tls_verify = false;
  std::optional<int> pool_size = {};  // 2.10+
};

// Slow consumers by kind of connection (2.10+).
struct SlowConsumerStats {
  std::int64_t clients = 0;
  std::int64_t routes = 0;
  std::int64_t gateways = 0;
  std::int64_t leafs = 0;
};

struct Varz {
  std::string server_id = {};  // another one at every start: a restart shows here
  std::string server_name = {};
  std::string version = {};
  int proto = 0;
  std::string go = {};
  std::string host = {};
  int port = 0;
  bool auth_required = false;
  bool tls_required = false;
  bool tls_verify = false;
  std::string ip = {};
  std::vector<std::string> connect_urls = {};
  std::int64_t max_connections = 0;
  std::int64_t max_subscriptions = 0;
  base::nanoseconds ping_interval{};
  int ping_max = 0;
  std::string http_host = {};
  int http_port = 0;
  std::string http_base_path = {};
  int https_port = 0;
  double auth_timeout = 0;  // seconds
  std::int64_t max_control_line = 0;
  std::int64_t max_payload = 0;
  std::int64_t max_pending = 0;
  ClusterVarz cluster;
  base::Json gateway = base::Json::object();  // these five are {} when the feature is off
  base::Json leaf = base::Json::object();
  base::Json mqtt = base::Json::object();
  base::Json websocket = base::Json::object();
  base::Json jetstream = base::Json::object();
  double tls_timeout = 0;  // seconds
  base::nanoseconds write_deadline{};
  base::WallTime start{};
  base::WallTime now{};
  std::string uptime = {};  // "1y2d3h4m5s"
  std::int64_t mem = 0;
  int cores = 0;
  int gomaxprocs = 0;
  double cpu = 0;  // percent of one core
  std::optional<std::int64_t> connections = {};
  std::optional<std::int64_t> total_connections = {};
  std::optional<std::int64_t> routes = {};   // connections: a 2.10+ peer counts four times
  std::optional<std::int64_t> remotes = {};  // servers: what a mesh is judged by
  std::optional<std::int64_t> leafnodes = {};
  std::optional<std::int64_t> in_msgs = {};
  std::optional<std::int64_t> out_msgs = {};
  std::optional<std::int64_t> in_bytes = {};
  std::optional<std::int64_t> out_bytes = {};
  std::optional<std::int64_t> slow_consumers = {};
  std::optional<std::int64_t> subscriptions = {};
  std::vector<std::pair<std::string, std::int64_t>> http_req_stats = {};  // path, requests
  base::WallTime config_load_time{};
  std::optional<std::string> config_digest = {};  // 2.11+: "sha256:..." or ""
  std::vector<std::string> tags = {};
  std::vector<std::string> trusted_operators_jwt = {};
  std::vector<base::Json> trusted_operators_claim = {};
  std::string system_account = {};
  std::int64_t pinned_account_fails = 0;
  std::optional<SlowConsumerStats> slow_consumer_stats = {};  // 2.10+

  base::Json to_json() const;
  static base::Result<Varz> from_json(const base::Json& json);
};

// A subscription in full, in /connz?subs=detail, /routez?subs=detail and /subsz?subs=1.
struct SubInfo {
  std::string account = {};
  std::string subject = {};
  std::string qgroup = {};
  std::string sid = {};
  std::int64_t msgs = 0;
  std::int64_t max = 0;  // 0: no end
  std::uint64_t cid = 0;

  base::Json to_json() const;
};

// One client in /connz.
struct ConnInfo {
  std::uint64_t cid = 0;
  std::string kind = {};  // "Client", "Leafnode"
  std::string type = {};  // "nats", "websocket", "mqtt"
  std::string ip = {};
  int port = 0;
  base::WallTime start{};
  base::WallTime last_activity{};
  std::optional<base::WallTime> stop = {};  // closed connections only
  std::string reason = {};                  // closed connections only
  std::string rtt = {};                     // "129µs"
  std::string uptime = {};
  std::string idle = {};
  std::int64_t pending_bytes = 0;
  std::int64_t in_msgs = 0;
  std::int64_t out_msgs = 0;
  std::int64_t in_bytes = 0;
  std::int64_t out_bytes = 0;
  std::int64_t subscriptions = 0;
  std::string name = {};
  std::string lang = {};
  std::string version = {};
  std::string tls_version = {};
  std::string tls_cipher_suite = {};
  std::string authorized_user = {};
  std::string account = {};
  std::vector<std::string> subscriptions_list = {};
  std::vector<SubInfo> subscriptions_list_detail = {};
  std::string jwt = {};  // these four of users with JWTs
  std::string issuer_key = {};
  std::string name_tag = {};
  std::vector<std::string> tags = {};

  base::Json to_json() const;
};

struct Connz {
  std::string server_id = {};
  base::WallTime now{};
  std::int64_t num_connections = 0;  // on this page
  std::int64_t total = 0;            // altogether
  std::int64_t offset = 0;
  std::int64_t limit = 0;
  std::vector<ConnInfo> connections = {};

  base::Json to_json() const;
  static base::Result<Connz> from_json(const base::Json& json);
};

// One route connection in /routez. A 2.10+ peer has several; `remote_id` tells servers apart.
struct RouteInfo {
  std::uint64_t rid = 0;
  std::string remote_id = {};
  std::optional<std::string> remote_name = {};  // 2.10+
  bool did_solicit = false;
  bool is_configured = false;
  std::string ip = {};
  int port = 0;
  base::WallTime start{};
  base::WallTime last_activity{};
  std::optional<SubjectPermissions> import = {};
  std::optional<SubjectPermissions> export_ = {};
  std::string rtt = {};
  std::string uptime = {};
  std::string idle = {};
  std::int64_t pending_size = 0;
  std::int64_t in_msgs = 0;
  std::int64_t out_msgs = 0;
  std::int64_t in_bytes = 0;
  std::int64_t out_bytes = 0;
  std::int64_t subscriptions = 0;
  std::vector<std::string> subscriptions_list = {};
  std::vector<SubInfo> subscriptions_list_detail = {};
  std::string account = {};      // set on a connection that serves one account only
  std::string compression = {};  // 2.10+
};

struct Routez {
  std::string server_id = {};
  std::optional<std::string> server_name = {};  // 2.10+
  base::WallTime now{};
  std::optional<SubjectPermissions> import = {};
  std::optional<SubjectPermissions> export_ = {};
  std::int64_t num_routes = 0;
  std::vector<RouteInfo> routes = {};

  base::Json to_json() const;
  static base::Result<Routez> from_json(const base::Json& json);
};

// The part of /subsz that 2.9 and 2.10 give only when asked for subscriptions.
struct SubszPage {
  std::string server_id = {};
  base::WallTime now{};
  std::int64_t total = 0;
  std::int64_t offset = 0;
  std::int64_t limit = 0;
  std::vector<SubInfo> subscriptions_list = {};
};

struct Subsz {
  std::optional<SubszPage> page = {};
  std::int64_t num_subscriptions = 0;
  std::int64_t num_cache = 0;
  std::int64_t num_inserts = 0;
  std::int64_t num_removes = 0;
  std::int64_t num_matches = 0;
  double cache_hit_rate = 0;
  std::int64_t max_fanout = 0;
  double avg_fanout = 0;

  base::Json to_json() const;
  static base::Result<Subsz> from_json(const base::Json& json);
};

// status "ok" means healthy; anything else comes with `error`.
struct Healthz {
  std::string status = {};
  std::optional<int> status_code = {};  // only with details=1
  std::string error = {};
  std::optional<base::Json> errors = {};  // only with details=1: [{"type","error",...}]

  bool ok() const { return status == "ok"; }

  base::Json to_json() const;
  static base::Result<Healthz> from_json(const base::Json& json);
};

}  // namespace contract
