// Frames and handshakes of websockets, against our broker and against the real servers: what they
// all do is what browsers count on.
#include "tests/protocol/websocket_server.h"

#include <csignal>

#include <doctest/doctest.h>

using support::Release;
using support::Wire;
using websocket::converse;
using websocket::first_line;
using websocket::request;
using websocket::Server;

namespace {

void says_the_same_on_all_ports(const Release& release) {
  Server server(release);
  server.process.wait_for_log(
      fmt::format("Listening for websocket clients on ws://127.0.0.1:{}", server.port));
  server.process.wait_for_log("Websocket not configured with TLS. DO NOT USE IN PRODUCTION!");
  Wire browser = server.client();
  Wire plain = Wire::client(server.process.port());
  browser.send("SUB orders.* 1");
  browser.sync();
  plain.send("PUB orders.eu 5\r\nhello");
  CHECK(browser.line() == "MSG orders.eu 1 5");
  CHECK(browser.line() == "hello");
  plain.send("SUB back 7");
  plain.sync();
  browser.send("PUB back 2\r\nhi");
  CHECK(plain.line() == "MSG back 7 2");
  CHECK(plain.line() == "hi");
  // As it goes: operations in pieces, messages in frames, as many of either in one as one likes.
  browser.send_bytes(support::masked_frame(0x02, "PUB ba") + support::masked_frame(0x00, "") +
                     support::masked_frame(0x00, "ck 1\r") +
                     support::masked_frame(0x89, "are you?") +
                     support::masked_frame(0x80, "\nx\r\nPUB back 1\r\ny\r\nPI") +
                     support::masked_frame(0x81, "NG\r\n"));
  CHECK(browser.control() == "pong are you?");
  CHECK(browser.line() == "PONG");
  CHECK(plain.line_with("MSG back") == "MSG back 7 1");
  CHECK(plain.line() == "x");
  CHECK(plain.line() == "MSG back 7 1");
  CHECK(plain.line() == "y");
}

void large_messages_pass(const Release& release) {
  Server server(release);
  Wire browser = server.client();
  browser.send("SUB large 1");
  std::string payload(900'000, '.');
  for (std::size_t i = 0; i < payload.size(); ++i)
    payload[i] = static_cast<char>('a' + i % 23);
  for (int i = 0; i < 5; ++i)
    browser.send(fmt::format("PUB large {}\r\n{}", payload.size(), payload));
  for (int i = 0; i < 5; ++i) {
    CHECK(browser.line_with("MSG") == "MSG large 1 900000");
    CHECK((browser.line() == payload));
  }
}

void refuses_requests_as_told(const Release& release) {
  Server server(release);
  const auto refused = [&](const std::string& what, const std::string& status, const char* why) {
    CAPTURE(what);
    const std::string answer = converse(server.port, what);
    CHECK(first_line(answer) == "HTTP/1.1 " + status);
    CHECK(answer.ends_with("\n" + status.substr(4)));
    CHECK(answer.find("Sec-Websocket-Version: 13\n") != std::string::npos);
    server.process.wait_for_log(std::string(" - websocket handshake error: ") + why);
  };
  refused(request("GET", "PUT"), "405 Method Not Allowed", "request method must be GET");
  refused(request("Upgrade: websocket", "Upgrade: http/2"),
          "400 Bad Request",
          "invalid value for header 'Upgrade'");
  refused(request("keep-alive, Upgrade", "keep-alive"),
          "400 Bad Request",
          "invalid value for header 'Connection'");
  refused(request("Sec-WebSocket-Key", "X-Key"), "400 Bad Request", "key missing");
  refused(request("Version: 13", "Version: 12"), "400 Bad Request", "invalid version");
  CHECK(first_line(converse(server.port, request("Host", "X-Host"))) ==
        "HTTP/1.1 400 Bad Request: missing required Host header");
  CHECK(first_line(converse(server.port, "PUB a 1\r\nx\r\n\r\n")) == "HTTP/1.1 400 Bad Request");
  CHECK(first_line(converse(server.port, request())) == "HTTP/1.1 101 Switching Protocols");
}

void agrees_as_rfc_6455_has_it(const Release& release) {
  Server server(release);
  const std::string answer = converse(server.port, request());
  CHECK(answer ==
        "HTTP/1.1 101 Switching Protocols\nUpgrade: websocket\nConnection: Upgrade\n"
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\n\n");
  // Whoever is refused may ask again.
  Wire wire(server.port);
  wire.send_bytes(request("Version: 13", "Version: 8"));
  wire.line_with("Bad Request");
  wire.line_with("Bad Request");
  CHECK(wire.upgrade().starts_with("HTTP/1.1 101 "));
  wire.info();
  // What comes before the answer is no good.
  Wire hasty(server.port);
  hasty.send_bytes(request() + "x");
  CHECK(hasty.closed());
  server.process.wait_for_log("client sent data before handshake is complete");
}

void leaf_nodes_are_sent_away(const Release& release) {
  Server server(release);
  Wire leaf(server.port);
  CHECK(leaf.upgrade({}, "/leafnode").starts_with("HTTP/1.1 101 "));
  CHECK(leaf.closed());
  server.process.wait_for_log("Not configured to accept leaf node connections");
}

void breaches_end_it(const Release& release) {
  Server server(release);
  const auto ends = [&](const std::string& bytes, const std::string& why) {
    CAPTURE(why);
    Wire wire = server.client();
    wire.send_bytes(bytes);
    // Real servers do not always get to say it before they are gone.
    const std::string said = wire.control();
    CHECK((said == "close 1002 " + why || (!release.bundled && said == "closed")));
    CHECK(wire.closed());
    server.process.wait_for_log("read error: " + why);
  };
  ends("\x82\x06PING\r\n", "mask bit missing");
  ends(support::masked_frame(0x83, "x"), "unknown opcode 3");
  ends(support::masked_frame(0x80, "x"), "invalid continuation frame");
  if (release.bundled) {  // 2.9 and 2.10 go on with what came before it
    ends(support::masked_frame(0x02, "PING") + support::masked_frame(0x82, "\r\n"),
         "new message started before final frame for previous message was received");
  }
  ends(support::masked_frame(0x09, "x"), "control frame does not have final bit set");
  ends(support::masked_frame(0x89, std::string(126, 'x')),
       "control frame length bigger than maximum allowed of 125 bytes");
}

void says_goodbye(const Release& release) {
  Server server(release);
  const auto answered = [&](const std::string& payload) {
    Wire wire = server.client();
    wire.send_bytes(support::masked_frame(0x88, payload));
    const std::string answer = wire.control();
    CHECK(wire.closed());
    return answer;
  };
  CHECK(answered(std::string("\x03\xe8") + "bye") == "close 1000 bye");
  // What was said before is answered before.
  Wire polite = server.client();
  polite.send_bytes(support::masked_frame(0x82, "PING\r\n") +
                    support::masked_frame(0x88, std::string("\x03\xe8")));
  CHECK(polite.line() == "PONG");
  CHECK(polite.control() == "close 1000 ");
  CHECK(answered(std::string("\x0f\xa0")) == "close 4000 ");
  CHECK(answered(std::string("\x03\xe8") + "\xff") ==
        "close 1007 invalid utf8 body in close frame");

  const auto sent_away = [&](const std::string& line, const std::string& err, const char* why) {
    Wire wire = server.client();
    wire.send(line);
    const auto said = wire.next();
    if (!said && !release.bundled) return;  // real servers may be gone before they have said it
    CHECK(said == err);
    const std::string closed = wire.control();
    if (closed == "closed" && !release.bundled) return;  // or before they have said why
    CHECK(closed == why);
  };
  sent_away("NONSENSE", "-ERR 'Unknown Protocol Operation'", "close 1002 Protocol Violation");
  sent_away("PUB a 9000000",
            "-ERR 'Maximum Payload Violation'",
            "close 1009 Maximum Message Payload Exceeded");
  Wire last = server.client();
  server.process.signal(SIGINT);
  CHECK(last.control() == "close 1001 Server Shutdown");
  CHECK(server.process.wait_for_exit() == 0);
}

constexpr char kDeflate[] =
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";

void compresses_when_both_want_to(const Release& release) {
  Server server(release, "no_tls: true, compression: true");
  Wire refused(server.port);
  CHECK(refused.upgrade().find("Sec-WebSocket-Extensions") == std::string::npos);

  Wire wire(server.port);
  CHECK(wire.upgrade(kDeflate).find("Sec-WebSocket-Extensions: permessage-deflate; "
                                    "server_no_context_takeover; client_no_context_takeover\n") !=
        std::string::npos);
  wire.info();
  CHECK(wire.frames().compressed_messages() == 1);
  const std::string payload(50'000, 'z');
  const std::string text =
      fmt::format("CONNECT {{\"verbose\":false}}\r\nSUB a 1\r\nPUB a {}\r\n{}\r\nPING\r\n",
                  payload.size(),
                  payload);
  wire.send_bytes(support::masked_frame(0xc2, support::deflated(text)));
  CHECK(wire.line() == "MSG a 1 50000");
  CHECK((wire.line() == payload));
  CHECK(wire.line() == "PONG");
  CHECK(wire.frames().longest_frame() < 1000);
  // Short ones are not worth it, and a message may be compressed in several frames.
  const std::string packed = support::deflated("PUB a 2\r\nhi\r\n");
  wire.send_bytes(support::masked_frame(0x42, packed.substr(0, 3)));
  wire.send_bytes(support::masked_frame(0x00, packed.substr(3, 1)));
  wire.send_bytes(support::masked_frame(0x80, packed.substr(4)));
  wire.send_bytes(support::masked_frame(0x82, "PING\r\n"));
  const int before = wire.frames().compressed_messages();
  CHECK(wire.line() == "MSG a 1 2");
  CHECK(wire.line() == "hi");
  CHECK(wire.line() == "PONG");
  CHECK(wire.frames().compressed_messages() == before);
}

void browsers_get_small_frames(const Release& release) {
  Server server(release, "no_tls: true, compression: true");
  std::string payload(40'000, '.');
  std::uint32_t noise = 1;
  for (char& c : payload)
    c = static_cast<char>('a' + ((noise = noise * 1664525 + 1013904223) >> 24U) % 26);
  for (const std::string& offer : {std::string(), std::string(kDeflate)}) {
    Wire wire = server.client(R"({"verbose":false})", "User-Agent: Mozilla/5.0\r\n" + offer);
    wire.send("SUB a 1");
    wire.send(fmt::format("PUB a {}\r\n{}", payload.size(), payload));
    CHECK(wire.line() == "MSG a 1 40000");
    CHECK((wire.line() == payload));
    CHECK(wire.frames().longest_frame() == 4096);
  }
}

}  // namespace

TEST_SUITE("protocol: websockets") {
  ON_ALL("what is said in frames is said as well as on the clients' port",
         says_the_same_on_all_ports)
  ON_ALL("large messages pass", large_messages_pass)
  ON_ALL("what is no request for a websocket is refused, with why in the log",
         refuses_requests_as_told)
  ON_ALL("an upgrade is answered as RFC 6455 has it", agrees_as_rfc_6455_has_it)
  ON_ALL("leaf nodes are sent away where there are none", leaf_nodes_are_sent_away)
  ON_ALL("frames that break the rules end the connection", breaches_end_it)
  ON_ALL("a close is answered, and said with why", says_goodbye)
  ON_ALL("messages are compressed when both want to", compresses_when_both_want_to)
  ON_ALL("browsers get small frames", browsers_get_small_frames)
}
