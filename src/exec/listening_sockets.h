#pragma once

#include "base/result.h"
#include "exec/listeners.h"

#include <vector>

namespace exec {

// The machine's listening TCP sockets, asked of the kernel: it gives those alone, where
// /proc/net/tcp lists every connection of a busy server. An error when this kernel does not tell.
// Source: sock_diag(7).
base::Result<std::vector<Listener>> listening_sockets();

}  // namespace exec
