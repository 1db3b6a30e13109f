#pragma once

#include "base/result.h"
#include "plan/plan.h"
#include "plan/variables.h"

#include <string>
#include <vector>

// Contexts of the nats CLI: who somebody is at which servers, a JSON file each, in
// $XDG_CONFIG_HOME/nats/context or ~/.config/nats/context.
//
//   { "description": "", "url": "nats://a.example.net:4222", "creds": "/home/ann/ann.creds" }
//
// Read are url, user, password, token, creds, nkey, cert, key and ca. A password or token stays in
// the file: it is read when a client logs in. What natsctl cannot do (nsc, socks_proxy, tls_first)
// is an error that names it, rather than a login that fails.
// Source: github.com/nats-io/jsm.go natscontext/context.go
namespace plan {

struct NatsContext {
  std::vector<std::string> urls;
  Access access;
};

// ErrorCode::not_found when there is none of that name, with those there are.
base::Result<NatsContext> read_nats_context(const std::string& name,
                                            const Environment& environment = process_environment());

// The access with what its context says and it does not; unchanged when it names none.
base::Result<Access> with_context(const Access& access,
                                  const Environment& environment = process_environment());

}  // namespace plan
