#pragma once

#include "tests/support/ports.h"
#include "tests/support/server_process.h"
#include "tests/support/wire.h"

#include <string>

#include <fmt/format.h>

// What tests of websockets are written in: the same ones for our broker and for real servers.
namespace websocket {

// A server with a websocket block.
struct Server {
  explicit Server(const support::Release& release,
                  const std::string& websocket = "no_tls: true",
                  const std::string& more = "")
      : port(support::free_port()),
        process(support::ServerSettings{
            .release = release,
            .conf =
                fmt::format("websocket {{ listen: 127.0.0.1:{}\n{} }}\n{}", port, websocket, more),
            .monitored = true}) {}

  // Who is upgraded and has read INFO; `info` is kept.
  support::Wire guest(const std::string& headers = {}) {
    support::Wire wire(port);
    const std::string head = wire.upgrade(headers);
    if (!head.starts_with("HTTP/1.1 101 ")) throw support::WireError("refused: " + head);
    info = wire.info();
    return wire;
  }

  support::Wire client(const std::string& connect = R"({"verbose":false})",
                       const std::string& headers = {}) {
    support::Wire wire = guest(headers);
    wire.send("CONNECT " + connect);
    wire.sync();
    return wire;
  }

  int port;
  support::ServerProcess process;
  base::Json info;
};

inline std::string converse(int port, const std::string& request) {
  support::Wire wire(port);
  wire.send_bytes(request);
  std::string head;
  std::size_t length = 0;
  while (const auto line = wire.next()) {
    head += *line + "\n";
    constexpr std::string_view kLength = "Content-Length: ";
    if (line->starts_with(kLength)) length = std::stoul(line->substr(kLength.size()));
    if (line->empty()) break;
  }
  return length > 0 ? head + wire.line() : head;
}

// A request with all it takes, of which a test changes a part.
inline std::string request(const std::string& from = {}, const std::string& to = {}) {
  std::string text =
      "GET /any?x=y HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: keep-alive, "
      "Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
  if (!from.empty()) text.replace(text.find(from), from.size(), to);
  return text;
}

inline std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

}  // namespace websocket

// A case against each server.
#define ON_ALL(sentence, holds)                     \
  TEST_CASE(sentence " (nats-broker)") {            \
    holds(support::Release::broker());              \
  }                                                 \
  TEST_CASE(sentence " (nats-server 2.9)") {        \
    holds(support::Release::real("2.9"));           \
  }                                                 \
  TEST_CASE(sentence " (nats-server 2.10)") {       \
    holds(support::Release::real("2.10"));          \
  }                                                 \
  TEST_CASE(sentence " (the newest nats-server)") { \
    holds(support::Release::real("newest"));        \
  }
