#pragma once

#include "base/result.h"

#include <string>
#include <string_view>

namespace contract {

// A host and a port: what `listen`, `client_advertise` and connect_urls hold.
struct HostPort {
  std::string host;  // an IPv6 address without its brackets
  int port = 0;      // 0 when none was given and no default was asked for

  // Takes "host:port", "[::1]:4222", "host" and, with a default port, ":4222" as an empty host.
  // Without a port the result has `default_port`; -1 and 0 as a port also mean the default, as
  // nats-server reads advertise addresses.
  static base::Result<HostPort> parse(std::string_view text, int default_port = 0);

  std::string text() const;  // "127.0.0.1:4222", "[::1]:4222"

  bool operator==(const HostPort&) const = default;
};

// The address of a NATS server, for its clients or for the other servers of its cluster:
//
//   nats://127.0.0.1:4222   tls://user:pass@host   nats-route://b.example.net:6222   host:6222
//
// User and password are kept decoded (%40 is '@') and encoded again where they are printed.
struct Url {
  std::string scheme = "nats";
  bool has_user = false;
  bool has_password = false;
  std::string user = {};  // alone, in a client's URL, it is a token
  std::string password = {};
  std::string host = {};
  int port = 0;  // 0 when the text had none

  // A text without "scheme://" is read as one with "nats://".
  static base::Result<Url> parse(std::string_view text);

  std::string text() const;      // with the password: for dialling and for conf files
  std::string redacted() const;  // with "xxxxx" for a password: for logs and people

  HostPort address() const { return {host, port}; }

  bool operator==(const Url&) const = default;
};

}  // namespace contract
