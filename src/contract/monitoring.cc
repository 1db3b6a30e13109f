#include "contract/monitoring.h"

#include "contract/json_fields.h"

namespace contract {

using base::Json;

// ------------------------------------------------------------

// Every page once, in the server's order: FieldWriter and FieldReader both go by it.

template <class V, class T>
void describe_varz_settings(V& v, T& x) {
  v.always("server_id", x.server_id);
  v.always("server_name", x.server_name);
  v.always("version", x.version);
  v.always("proto", x.proto);
  v.always("go", x.go);
  v.always("host", x.host);
  v.always("port", x.port);
  v.filled("auth_required", x.auth_required);
  v.filled("tls_required", x.tls_required);
  v.filled("tls_verify", x.tls_verify);
  v.filled("ip", x.ip);
  v.filled("connect_urls", x.connect_urls);
  v.always("max_connections", x.max_connections);
  v.filled("max_subscriptions", x.max_subscriptions);
  v.always("ping_interval", x.ping_interval);
  v.always("ping_max", x.ping_max);
  v.always("http_host", x.http_host);
  v.always("http_port", x.http_port);
  v.always("http_base_path", x.http_base_path);
  v.always("https_port", x.https_port);
  v.always("auth_timeout", x.auth_timeout);
  v.always("max_control_line", x.max_control_line);
  v.always("max_payload", x.max_payload);
  v.always("max_pending", x.max_pending);
  v.always("cluster", x.cluster);
  v.always("gateway", x.gateway);
  v.always("leaf", x.leaf);
  v.always("mqtt", x.mqtt);
  v.always("websocket", x.websocket);
  v.always("jetstream", x.jetstream);
  v.always("tls_timeout", x.tls_timeout);
  v.always("write_deadline", x.write_deadline);
}

template <class V, class T>
void describe_varz_state(V& v, T& x) {
  v.always("start", x.start);
  v.always("now", x.now);
  v.always("uptime", x.uptime);
  v.always("mem", x.mem);
  v.always("cores", x.cores);
  v.always("gomaxprocs", x.gomaxprocs);
  v.always("cpu", x.cpu);
  v.always("connections", x.connections);
  v.always("total_connections", x.total_connections);
  v.always("routes", x.routes);
  v.always("remotes", x.remotes);
  v.always("leafnodes", x.leafnodes);
  v.always("in_msgs", x.in_msgs);
  v.always("out_msgs", x.out_msgs);
  v.always("in_bytes", x.in_bytes);
  v.always("out_bytes", x.out_bytes);
  v.always("slow_consumers", x.slow_consumers);
  v.always("subscriptions", x.subscriptions);
  v.always("http_req_stats", x.http_req_stats);
  v.always("config_load_time", x.config_load_time);
  v.always("config_digest", x.config_digest);
  v.filled("tags", x.tags);
  v.filled("trusted_operators_jwt", x.trusted_operators_jwt);
  v.filled("trusted_operators_claim", x.trusted_operators_claim);
  v.filled("system_account", x.system_account);
  v.filled("pinned_account_fails", x.pinned_account_fails);
  v.always("slow_consumer_stats", x.slow_consumer_stats);
}

template <class V, Is<Varz> T>
void describe_fields(V& v, T& x) {
  describe_varz_settings(v, x);
  describe_varz_state(v, x);
}

template <class V, Is<ClusterVarz> T>
void describe_fields(V& v, T& x) {
  v.filled("name", x.name);
  v.filled("addr", x.addr);
  v.filled("cluster_port", x.cluster_port);
  v.filled("auth_timeout", x.auth_timeout);
  v.filled("urls", x.urls);
  v.filled("tls_timeout", x.tls_timeout);
  v.filled("tls_required", x.tls_required);
  v.filled("tls_verify", x.tls_verify);
  v.filled("pool_size", x.pool_size);
}

template <class V, Is<SlowConsumerStats> T>
void describe_fields(V& v, T& x) {
  v.always("clients", x.clients);
  v.always("routes", x.routes);
  v.always("gateways", x.gateways);
  v.always("leafs", x.leafs);
}

template <class V, Is<SubInfo> T>
void describe_fields(V& v, T& x) {
  v.filled("account", x.account);
  v.always("subject", x.subject);
  v.filled("qgroup", x.qgroup);
  v.always("sid", x.sid);
  v.always("msgs", x.msgs);
  v.filled("max", x.max);
  v.always("cid", x.cid);
}

template <class V, Is<ConnInfo> T>
void describe_fields(V& v, T& x) {
  v.always("cid", x.cid);
  v.filled("kind", x.kind);
  v.filled("type", x.type);
  v.always("ip", x.ip);
  v.always("port", x.port);
  v.always("start", x.start);
  v.always("last_activity", x.last_activity);
  v.filled("stop", x.stop);
  v.filled("reason", x.reason);
  v.filled("rtt", x.rtt);
  v.always("uptime", x.uptime);
  v.always("idle", x.idle);
  v.always("pending_bytes", x.pending_bytes);
  v.always("in_msgs", x.in_msgs);
  v.always("out_msgs", x.out_msgs);
  v.always("in_bytes", x.in_bytes);
  v.always("out_bytes", x.out_bytes);
  v.always("subscriptions", x.subscriptions);
  v.filled("name", x.name);
  v.filled("lang", x.lang);
  v.filled("version", x.version);
  v.filled("tls_version", x.tls_version);
  v.filled("tls_cipher_suite", x.tls_cipher_suite);
  v.filled("authorized_user", x.authorized_user);
  v.filled("account", x.account);
  v.filled("subscriptions_list", x.subscriptions_list);
  v.filled("subscriptions_list_detail", x.subscriptions_list_detail);
  v.filled("jwt", x.jwt);
  v.filled("issuer_key", x.issuer_key);
  v.filled("name_tag", x.name_tag);
  v.filled("tags", x.tags);
}

template <class V, Is<Connz> T>
void describe_fields(V& v, T& x) {
  v.always("server_id", x.server_id);
  v.always("now", x.now);
  v.always("num_connections", x.num_connections);
  v.always("total", x.total);
  v.always("offset", x.offset);
  v.always("limit", x.limit);
  v.always("connections", x.connections);
}

template <class V, Is<SubjectPermissions> T>
void describe_fields(V& v, T& x) {
  v.filled("allow", x.allow);
  v.filled("deny", x.deny);
}

template <class V, Is<RouteInfo> T>
void describe_fields(V& v, T& x) {
  v.always("rid", x.rid);
  v.always("remote_id", x.remote_id);
  v.always("remote_name", x.remote_name);
  v.always("did_solicit", x.did_solicit);
  v.always("is_configured", x.is_configured);
  v.always("ip", x.ip);
  v.always("port", x.port);
  v.always("start", x.start);
  v.always("last_activity", x.last_activity);
  v.filled("import", x.import);
  v.filled("export", x.export_);
  v.filled("rtt", x.rtt);
  v.always("uptime", x.uptime);
  v.always("idle", x.idle);
  v.always("pending_size", x.pending_size);
  v.always("in_msgs", x.in_msgs);
  v.always("out_msgs", x.out_msgs);
  v.always("in_bytes", x.in_bytes);
  v.always("out_bytes", x.out_bytes);
  v.always("subscriptions", x.subscriptions);
  v.filled("subscriptions_list", x.subscriptions_list);
  v.filled("subscriptions_list_detail", x.subscriptions_list_detail);
  v.filled("account", x.account);
  v.filled("compression", x.compression);
}

template <class V, Is<Routez> T>
void describe_fields(V& v, T& x) {
  v.always("server_id", x.server_id);
  v.always("server_name", x.server_name);
  v.always("now", x.now);
  v.filled("import", x.import);
  v.filled("export", x.export_);
  v.always("num_routes", x.num_routes);
  v.always("routes", x.routes);
}

template <class V, Is<SubszPage> T>
void describe_fields(V& v, T& x) {
  v.always("server_id", x.server_id);
  v.always("now", x.now);
}

template <class V, Is<Subsz> T>
void describe_fields(V& v, T& x) {
  v.beside("server_id", x.page);
  v.always("num_subscriptions", x.num_subscriptions);
  v.always("num_cache", x.num_cache);
  v.always("num_inserts", x.num_inserts);
  v.always("num_removes", x.num_removes);
  v.always("num_matches", x.num_matches);
  v.always("cache_hit_rate", x.cache_hit_rate);
  v.always("max_fanout", x.max_fanout);
  v.always("avg_fanout", x.avg_fanout);
  if (x.page) {
    v.always("total", x.page->total);
    v.always("offset", x.page->offset);
    v.always("limit", x.page->limit);
    v.filled("subscriptions_list", x.page->subscriptions_list);
  }
}

template <class V, Is<Healthz> T>
void describe_fields(V& v, T& x) {
  v.always("status", x.status);
  v.filled("status_code", x.status_code);
  v.filled("error", x.error);
  v.filled("errors", x.errors);
}

namespace {

template <class T>
Json write_all(const T& value) {
  FieldWriter writer;
  describe_fields(writer, value);
  return writer.take();
}

// `proof` is a field that every server sends: without it this is somebody else's page.
template <class T>
base::Result<T> read_all(const Json& json, std::string_view page, std::string_view proof) {
  if (json.find(proof) == nullptr) {
    return base::Error(base::ErrorCode::protocol,
                       std::string(page) + ": not the answer of a NATS server: no field '" +
                           std::string(proof) + "'");
  }
  T result;
  FieldReader reader(json);
  describe_fields(reader, result);
  return result;
}

}  // namespace

Json Varz::to_json() const {
  return write_all(*this);
}

Json SubInfo::to_json() const {
  return write_all(*this);
}

Json ConnInfo::to_json() const {
  return write_all(*this);
}

Json Connz::to_json() const {
  return write_all(*this);
}

Json Routez::to_json() const {
  return write_all(*this);
}

Json Subsz::to_json() const {
  return write_all(*this);
}

Json Healthz::to_json() const {
  return write_all(*this);
}

base::Result<Varz> Varz::from_json(const Json& json) {
  return read_all<Varz>(json, "/varz", "server_id");
}

base::Result<Connz> Connz::from_json(const Json& json) {
  return read_all<Connz>(json, "/connz", "server_id");
}

base::Result<Routez> Routez::from_json(const Json& json) {
  return read_all<Routez>(json, "/routez", "server_id");
}

base::Result<Subsz> Subsz::from_json(const Json& json) {
  return read_all<Subsz>(json, "/subsz", "num_subscriptions");
}

base::Result<Healthz> Healthz::from_json(const Json& json) {
  return read_all<Healthz>(json, "/healthz", "status");
}

}  // namespace contract
