#pragma once

#include "base/result.h"
#include "broker/net/tls_context.h"

namespace broker {

// What a finished handshake tells of the peer; an Error when its key is none of `pinned`.
// `connection` is an SSL*.
base::Result<TlsPeer> read_tls_peer(void* connection, const std::vector<std::string>& pinned);

}  // namespace broker
