#pragma once

#include <cstdint>
#include <string>
#include <vector>

// The machine's TCP listeners: as the kernel tells them (listening_sockets.h), or, where it does
// not, out of /proc/net/tcp and /proc/net/tcp6.
namespace exec {

struct Listener {
  std::string host;  // "127.0.0.1", "::1", "0.0.0.0", "::"; an IPv4 address in IPv6 clothes is IPv4
  int port = 0;
  std::uint64_t inode = 0;  // of the socket; the process has it open as "socket:[inode]"

  bool on_all_hosts() const { return host == "0.0.0.0" || host == "::"; }
};

// The listening lines of one such file.
//   sl  local_address rem_address   st ... inode
//    0: 0100007F:107E 00000000:0000 0A ... 12345
std::vector<Listener> parse_listeners(const std::string& text);

std::vector<Listener> all_listeners();

}  // namespace exec
