#pragma once

#include "broker/net/socket.h"
#include "broker/net/transport.h"

#include <memory>
#include <optional>
#include <string>

namespace broker {

// A connection before anyone speaks on it: a socket that nobody has read from, or a transport on
// its loop, over which something was agreed on already. Threads: a socket's may travel, one at a
// time; a transport's is its loop's.
struct Link {
  Link(Socket its_socket)  // NOLINT(google-explicit-constructor): it is one without further ado
      : remote(its_socket.remote()), local(its_socket.local()), socket(std::move(its_socket)) {}

  Link(Address its_remote, Address its_local, std::unique_ptr<Transport> its_transport)
      : remote(std::move(its_remote)),
        local(std::move(its_local)),
        transport(std::move(its_transport)) {}

  Address remote;
  Address local;
  Socket socket = {};
  std::unique_ptr<Transport> transport = {};  // null: clear text on the socket
  std::optional<TlsPeer> tls_peer = {};       // of a transport that is secured
  std::string forwarded_for = {};             // for whom a proxy says it is; empty: nobody says so
};

}  // namespace broker
