#pragma once

#include "base/json.h"
#include "base/result.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What peers tell each other when they meet: INFO from a server, CONNECT from a client or a
// dialling server. Plain structs; to_json() writes the fields in nats-server's order and leaves out
// what it leaves out, the readers ignore fields they do not know.
//
// A field of the wrong kind is an error, as in Go; a null leaves the default; names match without
// regard to case.
// Source: nats-server server/server.go (Info), server/client.go (ClientOpts), server/route.go
// (connectInfo).
namespace contract {

// What a server lets its routes ask for (import) or offers them (export).
struct SubjectPermissions {
  std::vector<std::string> allow = {};
  std::vector<std::string> deny = {};

  bool operator==(const SubjectPermissions&) const = default;
};

base::Json to_json(const SubjectPermissions& permissions);

struct ServerInfo {
  std::string server_id = {};
  std::string server_name = {};
  std::string version = {};
  int proto = 0;  // 1 to clients, 2 to routes
  std::string git_commit = {};
  std::string go = {};
  std::string host = {};  // to clients the bind or advertised host, to routes the cluster's
  int port = 0;
  bool headers = false;
  bool auth_required = false;
  bool tls_required = false;
  bool tls_verify = false;
  bool tls_available = false;
  std::int64_t max_payload = 0;
  bool jetstream = false;
  std::string ip = {};  // routes: "nats-route://host:port/", advertised or seen by who forwards
  std::uint64_t client_id = 0;
  std::string client_ip = {};
  std::string nonce = {};
  std::string cluster = {};
  bool cluster_dynamic = false;
  std::string domain = {};
  std::vector<std::string> connect_urls = {};
  std::vector<std::string> ws_connect_urls = {};
  bool lame_duck = false;  // "ldm"
  std::string compression = {};
  bool connect_info = false;        // the answer to CONNECT
  std::string remote_account = {};  // that the leaf node is bound to
  bool is_system_account = false;   // "acc_is_sys": which is the system account
  std::optional<SubjectPermissions> import_permissions = {};  // "import"
  std::optional<SubjectPermissions> export_permissions = {};  // "export"
  bool lnoc = false;
  bool lnocu = false;
  bool info_on_connect = false;                // CONNECT will be answered with an INFO
  std::string gateway = {};                    // gateways: the name of the cluster this is about
  std::vector<std::string> gateway_urls = {};  // gateways: where its servers are, "host:port"
  std::string gateway_url = {};                // routes: where this server is, for gateways
  int gateway_cmd = 0;                         // gateways: 1 gossip, 2 and 3 around an account's
                                               // subscriptions
  std::string gateway_cmd_payload = {};        // that account; base64 on the wire
  bool gateway_nrp = false;                    // gateways: mapped replies begin with "_GR_."
  bool gateway_iom = false;                    // gateways: all interest is said, nothing is guessed
  std::vector<std::string> leafnode_urls = {};
  std::optional<int> route_pool_size = {};  // 2.10+: absent means "no pool"
  int route_pool_idx = 0;
  std::string route_account = {};
  int gossip_mode = 0;
  std::string xkey = {};

  bool operator==(const ServerInfo&) const = default;
};

base::Json to_json(const ServerInfo& info);
base::Result<ServerInfo> read_server_info(std::string_view text);

// CONNECT of a client. The defaults are those of a client that sends "{}".
struct ClientConnect {
  bool verbose = true;
  bool pedantic = true;
  bool echo = true;
  bool tls_required = false;
  std::string user = {};
  std::string pass = {};
  std::string auth_token = {};
  std::string nkey = {};
  std::string sig = {};
  std::string jwt = {};
  std::string name = {};
  std::string lang = {};
  std::string version = {};
  int protocol = 0;
  std::string account = {};
  bool new_account = false;
  bool headers = false;
  bool no_responders = false;

  // Set by peers that came to the wrong port.
  std::string gateway = {};
  std::string remote_account = {};

  bool operator==(const ClientConnect&) const = default;
};

base::Json to_json(const ClientConnect& connect);

// A repeated CONNECT only changes what it names: hand in what was known before.
base::Result<ClientConnect> read_client_connect(std::string_view text, ClientConnect before = {});

// CONNECT of a server that dials another one's cluster or gateway port.
struct RouteConnect {
  bool echo = true;
  bool verbose = false;
  bool pedantic = false;
  std::string user = {};
  std::string pass = {};
  bool tls_required = false;
  bool headers = true;
  std::string name = {};  // the dialling server's id
  std::string cluster = {};
  bool cluster_dynamic = false;
  bool lnoc = false;
  bool lnocu = false;

  std::string gateway = {};  // the dialling server's cluster; on a cluster port it is wrong

  // Set by peers that came to the wrong port.
  std::string lang = {};

  bool operator==(const RouteConnect&) const = default;
};

base::Json to_json(const RouteConnect& connect);
base::Result<RouteConnect> read_route_connect(std::string_view text);

}  // namespace contract
