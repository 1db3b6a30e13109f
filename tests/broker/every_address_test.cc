#include "tests/support/own_network.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <stdexcept>

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

Wire over_ipv6(int port) {
  const int socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_addr = in6addr_loopback;
  address.sin6_port = htons(static_cast<std::uint16_t>(port));
  if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    ::close(socket);
    throw std::runtime_error("nobody listens on [::1]:" + std::to_string(port));
  }
  return Wire::on(socket);
}

std::string client_ip(Wire& client) {
  const auto info = base::Json::parse(client.line().substr(5));
  return (*info)["client_ip"].text();
}

std::string page(Wire wire) {
  wire.send_raw("GET /varz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  return wire.line();
}

// `host` means every address, and is shown as it was written.
void check_every_address(const Release& release, const std::string& host) {
  CAPTURE(release.version);
  CAPTURE(host);
  const std::string shown = host == "::" ? "[::]" : host;
  ServerSettings settings;
  settings.release = release;
  settings.monitored = true;
  settings.clustered = true;
  settings.cluster_port = 6222;
  settings.arguments = {"-a", host, "-cluster", "nats://" + shown + ":6222"};
  const ServerProcess server(settings);
  Wire four(server.port());
  CHECK(client_ip(four) == "127.0.0.1");
  Wire six = over_ipv6(server.port());
  CHECK(client_ip(six) == "::1");
  CHECK(page(Wire(server.monitor_port())) == "HTTP/1.1 200 OK");
  CHECK(page(over_ipv6(server.monitor_port())) == "HTTP/1.1 200 OK");
  CHECK(over_ipv6(6222).line().starts_with("INFO {"));
  CHECK(Wire(6222).line().starts_with("INFO {"));
  server.wait_for_log("Listening for client connections on " + shown + ":" +
                      std::to_string(server.port()));
}

}  // namespace

TEST_SUITE("broker: every address") {
  TEST_CASE("0.0.0.0 and :: mean those of IPv4 and of IPv6, as with a real server") {
    const bool ran = support::in_own_network([] {
      for (const auto& release : {Release::broker(), Release::real("newest")})
        for (const char* host : {"0.0.0.0", "::"})
          check_every_address(release, host);
    });
    if (!ran) MESSAGE("not run: this machine gives no network namespaces");
  }

  TEST_CASE("a port that is taken for one of them is taken") {
    const bool ran = support::in_own_network([] {
      const ServerProcess here(ServerSettings{});
      ServerSettings every;
      every.port = here.port();
      every.arguments = {"-a", "0.0.0.0"};
      every.may_fail = true;
      ServerProcess server(every);
      CHECK(server.wait_for_exit() == 1);
      CHECK(server.log().find("listen tcp 0.0.0.0:" + std::to_string(here.port()) +
                              ": bind: address already in use") != std::string::npos);
    });
    if (!ran) MESSAGE("not run: this machine gives no network namespaces");
  }
}
