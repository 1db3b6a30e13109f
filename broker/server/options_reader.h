#pragma once

#include "base/result.h"
#include "broker/server/conf_report.h"
#include "broker/server/options.h"
#include "contract/conf_parser.h"

#include <filesystem>
#include <string>
#include <vector>

// A configuration file into Options. Every key of nats-server 2.9 to 2.15 is known: what means
// something to a core server works, what has none here is accepted with a notice, what would weaken
// security if it were ignored (auth callout, OCSP) is refused.
namespace broker {

// Changes `options` as the conf says. What it does not name stays.
void apply_conf(const contract::ConfValue& conf, Options& options, ConfReport& report);

// Reads a file, and tries the certificates it names. An unreadable one is one error in the report,
// without a place.
ConfReport read_options(const std::filesystem::path& file, Options& options);

// The blocks of other servers (cluster, gateway, leafnodes), the authorization block, accounts and
// mappings: parts of apply_conf().
void apply_cluster(const contract::ConfField& block, Options& options, ConfReport& report);
void apply_gateway(const contract::ConfField& block, Options& options, ConfReport& report);
void apply_leafnodes(const contract::ConfField& block, Options& options, ConfReport& report);
void apply_authorization(const contract::ConfField& block, Options& options, ConfReport& report);
void apply_accounts(const contract::ConfField& block, Options& options, ConfReport& report);
void apply_mappings(const contract::ConfField& block, Options& options, ConfReport& report);

// What the gateway block cannot say by one key alone; a part of validate().
base::Result<void> validate_gateway(const Options& options);

// permissions { publish, subscribe, allow_responses }.
PermissionRules read_permissions(const contract::ConfField& block, ConfReport& report);

// `listen`: a port or "host:port".
void read_listen(const contract::ConfField& field,
                 std::string& host,
                 int& port,
                 ConfReport& report);

// `compression` of routes and leaf nodes: a mode, whether there is any, or { mode, rtt_thresholds
// }. Which modes there are, shows when the server starts.
void read_compression(const contract::ConfField& field,
                      RouteCompression& compression,
                      ConfReport& report);

}  // namespace broker
