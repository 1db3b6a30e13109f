#include "tests/broker/session_host.h"

#include <doctest/doctest.h>

using broker::CloseReason;
using support::Wire;

TEST_SUITE("broker: client sessions") {
  TEST_CASE("the first thing a client hears is INFO") {
    SessionHost host;
    Wire alice(host.port());
    const auto info = alice.info();
    CHECK(info["client_id"].integer() == 1);
    CHECK(info["client_ip"].text() == "127.0.0.1");
    CHECK(info["headers"].boolean());
    CHECK_FALSE(info["auth_required"].boolean());
  }

  TEST_CASE("a message reaches a subscriber, with its reply subject") {
    SessionHost host;
    Wire alice = host.connect();
    Wire bob = host.connect();
    alice.send("SUB greetings.* 7");
    alice.sync();
    bob.send_raw("PUB greetings.bob inbox 5\r\nhello\r\n");
    CHECK(alice.line() == "MSG greetings.bob 7 inbox 5");
    CHECK(alice.line() == "hello");
  }

  TEST_CASE("a client that sends no CONNECT is verbose") {
    SessionHost host;
    Wire alice(host.port());
    alice.info();
    alice.send("SUB a 1");
    CHECK(alice.line() == "+OK");
    alice.send_raw("PUB a 2\r\nhi\r\n");
    CHECK(alice.line() == "+OK");
    CHECK(alice.line() == "MSG a 1 2");
  }

  TEST_CASE("echo:false keeps a client's own messages from it, not from others") {
    SessionHost host;
    Wire alice = host.connect(R"({"verbose":false,"echo":false})");
    Wire bob = host.connect();
    bob.send("SUB a 1");
    bob.sync();
    alice.send("SUB a 1");
    alice.send_raw("PUB a 2\r\nhi\r\nPING\r\n");
    CHECK(alice.line() == "PONG");
    CHECK(bob.line() == "MSG a 1 2");
  }

  TEST_CASE("headers are stripped for who does not take them") {
    SessionHost host;
    Wire modern = host.connect(R"({"verbose":false,"headers":true})");
    Wire plain = host.connect();
    for (Wire* each : {&modern, &plain}) {
      each->send("SUB a 1");
      each->sync();
    }
    modern.send_raw("HPUB a 12 14\r\nNATS/1.0\r\n\r\nhi\r\n");
    CHECK(modern.line() == "HMSG a 1 12 14");
    CHECK(plain.line() == "MSG a 1 2");
    CHECK(plain.line() == "hi");
  }

  TEST_CASE("UNSUB with a maximum ends the subscription after that many messages") {
    SessionHost host;
    Wire alice = host.connect();
    Wire bob = host.connect();
    alice.send_raw("SUB a 1\r\nUNSUB 1 2\r\n");
    alice.sync();
    for (int i = 0; i < 3; ++i)
      bob.send_raw("PUB a 1\r\nx\r\n");
    bob.sync();
    alice.send("PING");
    CHECK(alice.line() == "MSG a 1 1");
    CHECK(alice.line() == "x");
    CHECK(alice.line() == "MSG a 1 1");
    CHECK(alice.line() == "x");
    CHECK(alice.line() == "PONG");
    support::eventually("no subscriptions",
                        [&] { return host.accounts().global().subscriptions().size() == 0; });
    CHECK(host.exchange().interest().all().empty());
  }

  TEST_CASE("a request that nobody takes is answered with 503") {
    SessionHost host;
    Wire alice = host.connect(R"({"verbose":false,"headers":true,"no_responders":true})");
    alice.send("SUB inbox.* 9");
    alice.send_raw("PUB nobody inbox.1 0\r\n\r\n");
    CHECK(alice.line() == "HMSG inbox.1 9 16 16");
    CHECK(alice.line() == "NATS/1.0 503");
  }

  TEST_CASE("a queue group gets each message once") {
    SessionHost host;
    Wire alice = host.connect();
    Wire bob = host.connect();
    alice.send_raw("SUB work crew 1\r\n");
    bob.send_raw("SUB work crew 1\r\nSUB work crew 2\r\n");
    alice.sync();
    bob.sync();
    for (int i = 0; i < 200; ++i)
      alice.send_raw("PUB work 0\r\n\r\n");
    alice.send("PING");
    int alices = 0;
    while (alice.line() != "PONG")
      ++alices;
    bob.send("PING");
    int bobs = 0;
    while (bob.line() != "PONG")
      ++bobs;
    CHECK(alices / 2 + bobs / 2 == 200);
    CHECK(alices > 0);
    CHECK(bobs > alices);
  }

  TEST_CASE("a duplicate sid is ignored, the first subscription stays") {
    SessionHost host;
    Wire alice = host.connect();
    alice.send_raw("SUB a 1\r\nSUB b 1\r\nPUB b 0\r\n\r\nPUB a 0\r\n\r\n");
    CHECK(alice.line() == "MSG a 1 0");
  }

  TEST_CASE("INFO follows the first PONG when it changed before") {
    SessionHost host;
    Wire alice(host.port());
    alice.info();
    alice.send(R"(CONNECT {"verbose":false,"protocol":1})");
    support::eventually("a connected session", [&] {
      const auto sessions = host.sessions();
      return !sessions.empty() && sessions.front().connected;
    });
    auto rules = std::make_shared<broker::ClientRules>(*host.clients().rules());
    rules->info.connect_urls = {"127.0.0.1:4333"};
    host.on_each_session([&](broker::ClientSession& session) { session.send_info(rules); });
    alice.send("PING");
    CHECK(alice.line() == "PONG");
    CHECK(alice.info()["connect_urls"].texts() == std::vector<std::string>{"127.0.0.1:4333"});
    host.on_each_session([&](broker::ClientSession& session) { session.send_info(rules); });
    CHECK(alice.info()["client_id"].integer() == 1);
  }

  TEST_CASE("a PING is answered after every delivery before it, also from other workers") {
    SessionHost host({}, 3);
    Wire alice = host.connect();
    Wire bob = host.connect();
    alice.send("SUB a 1");
    alice.sync();
    for (int i = 0; i < 200; ++i) {
      bob.send_raw("PUB a 1\r\nx\r\n");
      bob.sync();
      alice.send("PING");
      REQUIRE(alice.line() == "MSG a 1 1");
      REQUIRE(alice.line() == "x");
      REQUIRE(alice.line() == "PONG");
    }
  }

  TEST_CASE("what a session is can be read") {
    SessionHost host;
    Wire alice = host.connect(R"({"verbose":false,"name":"alice","lang":"c","version":"3"})");
    alice.send_raw("SUB a q 4\r\nPUB a 3\r\nabc\r\n");
    alice.sync();
    const auto states = host.sessions();
    REQUIRE(states.size() == 1);
    CHECK(states[0].name == "alice");
    CHECK(states[0].account == "$G");
    CHECK(states[0].traffic.in_messages == 1);
    CHECK(states[0].traffic.out_bytes == 3);
    CHECK(states[0].subscription_list.at(0).queue == "q");
    CHECK(states[0].subscription_list.at(0).delivered == 1);
  }
}

TEST_SUITE("broker: how client sessions end") {
  struct Row {
    std::string sent;
    std::string answer;  // without -ERR and quotes; empty: none
    CloseReason reason;
  };

  TEST_CASE("what is not understood or not allowed ends the session") {
    const std::vector<Row> rows = {
        {"FOO\r\n", "Unknown Protocol Operation", CloseReason::protocol_violation},
        {"\r\n", "Unknown Protocol Operation", CloseReason::protocol_violation},
        {"X", "Unknown Protocol Operation", CloseReason::protocol_violation},
        {"MSG a 1 0\r\n\r\n", "Unknown Protocol Operation", CloseReason::protocol_violation},
        {"RS+ $G a\r\n", "Unknown Protocol Operation", CloseReason::protocol_violation},
        {"PUB a 1\r\nxyz\r\n", "Unknown Protocol Operation", CloseReason::protocol_violation},
        {"PUB a\r\n", "", CloseReason::protocol_violation},
        {"PUB a x\r\n", "", CloseReason::protocol_violation},
        {"SUB a\r\n", "", CloseReason::protocol_violation},
        {"CONNECT {\r\n", "", CloseReason::protocol_violation},
        {"-ERR 'no'\r\n", "", CloseReason::parse_error},
        {"HPUB a 5 2\r\n", "", CloseReason::protocol_violation},
        {"HPUB a 12 12\r\nNATS/1.0\r\n\r\n\r\n", "", CloseReason::msg_header_violation},
        {"PUB a 2000\r\n", "Maximum Payload Violation", CloseReason::max_payload_exceeded},
        {"PUB " + std::string(600, 'a') + " 1\r\n",
         "maximum control line exceeded",
         CloseReason::max_control_line_exceeded},
        {"SUB " + std::string(600, 'a'),
         "maximum control line exceeded",
         CloseReason::max_control_line_exceeded},
        {R"(CONNECT {"protocol":2})"
         "\r\n",
         "invalid client protocol",
         CloseReason::bad_client_protocol_version},
        {R"(CONNECT {"no_responders":true})"
         "\r\n",
         "no responders requires headers support",
         CloseReason::no_responders_requires_headers},
        {R"(CONNECT {"account":"A"})"
         "\r\n",
         "Authorization Violation",
         CloseReason::authentication_violation},
    };
    SessionHost host([](broker::ClientRules& rules) {
      rules.limits.max_payload = 1000;
      rules.limits.max_control_line = 512;
    });
    std::size_t ended = 0;
    for (const Row& row : rows) {
      CAPTURE(row.sent.substr(0, 40));
      Wire alice(host.port());
      alice.info();
      alice.send_raw(row.sent);
      const std::string rest = alice.rest();
      CHECK(rest == (row.answer.empty() ? "" : "-ERR '" + row.answer + "'\r\n"));
      CHECK(host.close_reason(++ended) == row.reason);
    }
  }

  TEST_CASE("what only fails leaves the session open") {
    SessionHost host([](broker::ClientRules& rules) { rules.limits.max_subscriptions = 1; });
    Wire alice = host.connect(R"({"verbose":false,"pedantic":true})");
    alice.send("SUB a..b 1");
    CHECK(alice.line() == "-ERR 'Invalid Subject'");
    alice.send("SUB foo.>.bar 1");
    CHECK(alice.line() == "-ERR 'Invalid Subject'");
    alice.send_raw("PUB a.* 0\r\n\r\n");
    CHECK(alice.line() == "-ERR 'Invalid Publish Subject'");
    alice.send_raw("PUB a _R_.x 0\r\n\r\n");
    CHECK(alice.line() == "-ERR 'Permissions Violation for Publish with Reply of \"_R_.x\"'");
    alice.send("SUB a _sys_ 1");
    CHECK(alice.line() ==
          "-ERR 'Permissions Violation for Subscription to \"a\" using queue \"_sys_\"'");
    alice.send_raw("SUB a 1\r\nSUB b 2\r\n");
    CHECK(alice.line() == "-ERR 'maximum subscriptions exceeded'");
    alice.sync();
  }

  TEST_CASE("one connection too many is told so after its INFO") {
    SessionHost host([](broker::ClientRules& rules) { rules.limits.max_connections = 1; });
    Wire alice = host.connect();
    alice.sync();
    Wire bob(host.port());
    bob.info();
    CHECK(bob.line() == "-ERR 'maximum connections exceeded'");
    CHECK(bob.closed());
    CHECK(host.close_reason() == CloseReason::max_connections_exceeded);
    alice.sync();
  }

  TEST_CASE("who does not answer PING is stale") {
    SessionHost host([](broker::ClientRules& rules) {
      rules.limits.first_ping = std::chrono::milliseconds(10);
      rules.limits.ping_interval = std::chrono::milliseconds(20);
      rules.limits.ping_max = 2;
    });
    Wire alice = host.connect();
    CHECK(alice.line() == "PING");
    CHECK(alice.line() == "PING");
    CHECK(alice.line() == "-ERR 'Stale Connection'");
    CHECK(alice.closed());
    CHECK(host.close_reason() == CloseReason::stale_connection);
  }

  TEST_CASE("the round trip is assumed from CONNECT, then measured") {
    SessionHost host([](broker::ClientRules& rules) {
      rules.limits.first_ping = std::chrono::milliseconds(10);
    });
    Wire alice = host.connect();
    CHECK(alice.line() == "PING");
    const auto assumed = host.sessions().at(0).rtt;
    CHECK(assumed.count() > 0);
    alice.send("PONG");
    alice.sync();
    CHECK(host.sessions().at(0).rtt.count() > 0);
    CHECK(host.sessions().at(0).rtt != assumed);
  }

  TEST_CASE("who reads nothing is a slow consumer, and nobody else suffers") {
    for (const unsigned workers : {1U, 2U}) {
      CAPTURE(workers);
      SessionHost host(
          [](broker::ClientRules& rules) {
            rules.limits.max_pending = 2 * 1024 * 1024;
            rules.limits.max_payload = 8 * 1024 * 1024;
          },
          workers);
      Wire alice = host.connect();
      Wire bob = host.connect();
      alice.send("SUB a 1");
      alice.sync();
      const std::string payload(512 * 1024, 'x');
      const std::string publish =
          "PUB a " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n";
      for (int i = 0; i < 60; ++i)
        bob.send_raw(publish);
      bob.sync();
      CHECK(host.close_reason() == CloseReason::slow_consumer_pending_bytes);
      bob.sync();
    }
  }

  TEST_CASE("a write that does not get on within the deadline ends the session") {
    SessionHost host([](broker::ClientRules& rules) {
      rules.limits.write_deadline = std::chrono::milliseconds(50);
      rules.limits.max_payload = 32 * 1024 * 1024;
    });
    Wire alice = host.connect();
    alice.send("SUB a 1");
    alice.sync();
    Wire bob = host.connect();
    const std::string payload(24 * 1024 * 1024, 'x');
    bob.send_raw("PUB a " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n");
    bob.sync();
    CHECK(host.close_reason() == CloseReason::slow_consumer_write_deadline);
  }

  TEST_CASE("a large message arrives whole") {
    SessionHost host(
        [](broker::ClientRules& rules) { rules.limits.max_payload = 64 * 1024 * 1024; });
    Wire alice = host.connect();
    Wire bob = host.connect();
    alice.send("SUB a 1");
    alice.sync();
    std::string payload(20 * 1024 * 1024, 'x');
    for (std::size_t i = 0; i < payload.size(); i += 1000)
      payload[i] = static_cast<char>('a' + i / 1000 % 26);
    bob.send_raw("PUB a " + std::to_string(payload.size()) + "\r\n" + payload + "\r\n");
    CHECK(alice.line() == "MSG a 1 " + std::to_string(payload.size()));
    CHECK(alice.line() == payload);
  }
}
