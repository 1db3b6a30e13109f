#pragma once

#include "tests/bench/peer.h"

#include <filesystem>
#include <string>

namespace bench {

// Writes a fresh key and a certificate for it that signs itself, and returns the conf that makes a
// server use them.
std::string tls_conf(const std::filesystem::path& folder);

// A client that has read INFO, shaken hands, said CONNECT and got PONG. Trusts whoever is there.
Peer tls_client(int port);

}  // namespace bench
