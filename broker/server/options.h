#pragma once

#include "base/log.h"
#include "base/units.h"
#include "broker/accounts/account_rules.h"
#include "broker/accounts/authenticator.h"
#include "broker/cluster/settings.h"
#include "broker/gateway/settings.h"
#include "broker/leaf/settings.h"
#include "broker/server/tls_options.h"
#include "broker/server/trust_options.h"
#include "broker/server/websocket_options.h"
#include "broker/sessions/clients.h"
#include "contract/conf_value.h"

#include <string>
#include <vector>

namespace broker {

// Everything a broker can be told, with nats-server's defaults. Plain: made by options_reader.h
// from a configuration file and by broker/main/flags.h from the command line; immutable once the
// server has it, and replaced as a whole by a reload. Source: nats-server server/opts.go (Options);
// docs.nats.io/running-a-nats-service/configuration
struct Options {
  // What we say of ourselves.
  std::string version = {};      // "2.10.27": told by main
  std::string server_name = {};  // empty: the server id
  std::vector<std::string> tags = {};

  // Where clients come in.
  std::string host = contract::kDefaultHost;
  int port = contract::kDefaultClientPort;  // -1: any free one
  std::string client_advertise = {};  // "host[:port]": told to clients instead of host and port
  ClientLimits limits = {};
  unsigned workers = 0;  // threads that serve connections; 0: see worker_count()

  // Who comes in.
  AuthRules auth = {};
  std::vector<AccountRules> accounts = {};  // all that are named, in the order of the file
  std::string system_account = {};          // empty: $SYS
  bool no_system_account = false;           // none, unless one is named

  TrustOptions trust = {};  // operators and their accounts

  bool has_system_account() const { return !system_account.empty() || !no_system_account; }

  ClusterSettings cluster = {};
  GatewaySettings gateway = {};

  LeafSettings leaf = {};

  // Monitoring. Port 0: off; -1: any free one.
  std::string http_host = {};  // empty: the clients' host
  int http_port = 0;
  int https_port = 0;
  std::string http_base_path = "/";
  int max_closed_clients = 10000;  // remembered for /connz?state=closed

  // Lame duck: no close before the grace period is over, all of them within the duration.
  base::nanoseconds lame_duck_duration = contract::kLameDuckDuration;
  base::nanoseconds lame_duck_grace_period = contract::kLameDuckGracePeriod;

  base::log::Settings log = {};
  bool trace_verbose = false;

  std::string pid_file = {};
  std::string ports_file_dir = {};

  // Where all this comes from; empty: flags alone.
  std::string config_file = {};

  // TLS at the clients' door; none: clear text.
  std::optional<ClientTlsOptions> tls = {};
  bool allow_non_tls = false;       // clients may come in clear, too
  bool auth_timeout_given = false;  // else TLS makes it longer

  WebsocketOptions websocket = {};
};

// What nats-server checks when it starts, after file and flags are put together: things one key
// cannot say. Source: nats-server server/server.go (validateOptions)
base::Result<void> validate(const Options& options);

// Whether `user` may be a no_auth_user; a part of validate().
base::Result<void> validate_no_auth_user(const Options& options, const std::string& user);

// The cluster block as routes live by it: what it does not say about PING is what clients get.
ClusterSettings route_settings(const Options& options);

// The gateway block as gateways live by it: what it does not say itself is what clients get.
GatewaySettings gateway_settings(const Options& options);

// The leafnodes block as leaf connections live by it, likewise.
LeafSettings leaf_settings(const Options& options);

// True when some configured password is neither bcrypt nor empty. Tokens do not count, as in
// nats-server.
bool has_plain_passwords(const Options& options);

}  // namespace broker
