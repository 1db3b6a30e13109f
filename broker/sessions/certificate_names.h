#pragma once

#include "broker/net/tls_context.h"

#include <string>
#include <vector>

namespace broker {

// The names a certificate may stand for, in the order in which they are looked for.
// Source: nats-server server/auth.go (checkClientTLSCertSubject)
std::vector<std::string> certificate_names(const TlsPeer& peer);

}  // namespace broker
