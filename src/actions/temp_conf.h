#pragma once

#include "base/result.h"
#include "contract/conf_value.h"
#include "plan/plan.h"

#include <filesystem>
#include <string>

// The conf of the temporary node C, made of a member's. Pure.
//
// Kept: accounts, users, permissions, TLS, limits, times; the cluster's name, login, TLS and
// permissions; the gateways to other clusters, whose servers hear of C when it dials them.
//
// Its own: name, listen addresses, monitoring port, routes to every member.
//
// Left out: JetStream and its store (C must not become a peer of the raft groups), the
// client_advertise, log and pid files; leafnode, websocket and mqtt listeners, which would clash
// with the member's.
namespace actions {

// `like` is that member's whole conf, arguments included (gates/server_conf.h). Relative paths of
// certificates are taken from `folder`. An error when the plan has no temporary node.
base::Result<contract::ConfValue> temp_conf(const plan::Plan& plan,
                                            const contract::ConfValue& like,
                                            const std::filesystem::path& folder);

// Reads the conf of the plan's `like` and makes C's out of it, as text. Errors name what could not
// be read, and which member has other users than `like`.
base::Result<std::string> make_temp_conf(const plan::Plan& plan);

}  // namespace actions
