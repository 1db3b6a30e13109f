#include "tests/broker/session_host.h"

#include <doctest/doctest.h>

using broker::AuthRules;
using broker::CloseReason;
using support::Wire;

namespace {

// "secret", cost 4.
constexpr char kBcrypt[] = "$2a$04$8MlWvGzDkOvC/6D9y5l7heYhmk4QyVx/cZ6mHJVafcVFFB26JnwMu";

broker::PermissionRules only_orders() {
  broker::PermissionRules rules;
  rules.publish.allow = {"orders.>"};
  rules.publish.deny = {"orders.secret"};
  rules.subscribe.deny = {"private.*"};
  return rules;
}

// What someone with these words is told before the connection closes.
std::string refusal(int port, const std::string& connect) {
  Wire wire(port);
  wire.info();
  wire.send("CONNECT " + connect);
  return wire.rest();
}

AuthRules two_users() {
  AuthRules rules;
  rules.users = {{"alice", "wonder", "", only_orders()}, {"bob", "builder", "TOYS", std::nullopt}};
  return rules;
}

std::string login(std::string_view user, std::string_view password) {
  return R"({"verbose":false,"user":")" + std::string(user) + R"(","pass":")" +
         std::string(password) + R"("})";
}

}  // namespace

TEST_SUITE("broker: who may come in") {
  TEST_CASE("INFO says that credentials are needed, and the right ones open the door") {
    SessionHost host({}, 2, two_users());
    Wire alice(host.port());
    CHECK(alice.info()["auth_required"].boolean());
    alice.send("CONNECT " + login("alice", "wonder"));
    alice.sync();
    CHECK(host.sessions().at(0).user == "alice");
  }

  TEST_CASE("wrong credentials, or none, or another operation first: refused") {
    SessionHost host({}, 2, two_users());
    std::size_t ended = 0;
    for (const std::string& first : {"CONNECT " + login("alice", "x"),
                                     "CONNECT " + login("eve", "wonder"),
                                     std::string("CONNECT {}"),
                                     std::string("PING"),
                                     std::string("PUB a 1000000")}) {
      CAPTURE(first);
      Wire eve(host.port());
      eve.info();
      eve.send(first);
      CHECK(eve.rest() == "-ERR 'Authorization Violation'\r\n");
      CHECK(host.close_reason(++ended) == CloseReason::authentication_violation);
    }
  }

  TEST_CASE("who says nothing is asked to leave") {
    SessionHost host(
        [](broker::ClientRules& rules) {
          rules.limits.auth_timeout = std::chrono::milliseconds(20);
        },
        1,
        two_users());
    Wire eve(host.port());
    eve.info();
    CHECK(eve.line() == "-ERR 'Authentication Timeout'");
    CHECK(eve.closed());
    CHECK(host.close_reason() == CloseReason::authentication_timeout);
  }

  TEST_CASE("a token, a single user, a bcrypt password") {
    AuthRules token;
    token.token = "s3cr3t";
    SessionHost with_token({}, 1, token);
    with_token.connect(R"({"verbose":false,"auth_token":"s3cr3t"})").sync();
    CHECK(refusal(with_token.port(), R"({"auth_token":"no"})") ==
          "-ERR 'Authorization Violation'\r\n");

    AuthRules single;
    single.user = "carol";
    single.password = kBcrypt;
    SessionHost with_user({}, 1, single);
    with_user.connect(login("carol", "secret")).sync();
    Wire listener = with_user.connect(login("carol", "secret"));
    listener.send("SUB a 1");
    listener.sync();
    {
      // Says everything at once and leaves, before its password can have been compared.
      Wire hasty(with_user.port());
      hasty.send_raw("CONNECT " + login("carol", "secret") + "\r\nPUB a 2\r\nhi\r\n");
    }
    CHECK(listener.line() == "MSG a 1 2");
    CHECK(refusal(with_user.port(), login("carol", "Secret")) ==
          "-ERR 'Authorization Violation'\r\n");
  }

  TEST_CASE("no_auth_user is who comes without a name") {
    AuthRules rules = two_users();
    rules.no_auth_user = "bob";
    SessionHost host({}, 1, rules);
    Wire anyone(host.port());
    CHECK_FALSE(anyone.info()["auth_required"].boolean());
    anyone.send_raw("PING\r\n");
    CHECK(anyone.line() == "PONG");
    CHECK(host.sessions().at(0).account == "TOYS");
    Wire alice = host.connect(login("alice", "wonder"));
    alice.sync();
  }

  // Real servers from 2.10 on; 2.9 wants a user with a name.
  TEST_CASE("no_auth_user may be a key, which then need not sign") {
    AuthRules rules;
    rules.users = {
        {.name = "UAB2CB576PHBBPQ5ODORRZ2LYCMWPZGWGCN2KDK7DXOIMZASKUY3RLKK", .nkey = true}};
    {
      SessionHost closed({}, 1, rules);
      CHECK(refusal(closed.port(), R"({"verbose":false})") == "-ERR 'Authorization Violation'\r\n");
    }
    rules.no_auth_user = rules.users[0].name;
    SessionHost host({}, 1, rules);
    Wire anyone = host.connect(R"({"verbose":false})");
    anyone.sync();
    CHECK(host.sessions().at(0).user == rules.users[0].name);
  }

  TEST_CASE("accounts are islands") {
    SessionHost host({}, 2, two_users());
    Wire alice = host.connect(login("alice", "wonder"));
    Wire bob = host.connect(login("bob", "builder"));
    bob.send("SUB > 1");
    bob.sync();
    alice.send_raw("PUB orders.1 0\r\n\r\n");
    alice.sync();
    bob.send("PING");
    CHECK(bob.line() == "PONG");
  }
}

TEST_SUITE("broker: what they may do") {
  TEST_CASE("what is not allowed is refused and the session goes on") {
    SessionHost host({}, 2, two_users());
    Wire alice = host.connect(login("alice", "wonder"));
    alice.send_raw("PUB other 0\r\n\r\n");
    CHECK(alice.line() == "-ERR 'Permissions Violation for Publish to \"other\"'");
    alice.send_raw("PUB orders.secret 0\r\n\r\n");
    CHECK(alice.line() == "-ERR 'Permissions Violation for Publish to \"orders.secret\"'");
    alice.send("SUB private.x 1");
    CHECK(alice.line() == "-ERR 'Permissions Violation for Subscription to \"private.x\"'");
    alice.send("SUB private.x crew 1");
    CHECK(alice.line() ==
          "-ERR 'Permissions Violation for Subscription to \"private.x\" using queue \"crew\"'");
    alice.sync();
  }

  TEST_CASE("a wildcard does not show what is denied below it") {
    AuthRules rules = two_users();
    rules.users.push_back({"root", "r", "", std::nullopt});
    SessionHost host({}, 2, rules);
    Wire alice = host.connect(login("alice", "wonder"));
    Wire root = host.connect(login("root", "r"));
    alice.send("SUB > 1");
    alice.sync();
    root.send_raw("PUB private.x 0\r\n\r\nPUB public.x 0\r\n\r\n");
    CHECK(alice.line() == "MSG public.x 1 0");
  }

  TEST_CASE("allow_responses lets a service answer, once") {
    AuthRules rules;
    broker::PermissionRules service;
    service.allow_responses = broker::ResponseRules{};
    rules.users = {{"service", "s", "", service}, {"root", "r", "", std::nullopt}};
    SessionHost host({}, 2, rules);
    Wire root = host.connect(login("root", "r"));
    Wire answerer = host.connect(login("service", "s"));
    root.send("SUB inbox 1");
    root.sync();
    answerer.send("SUB help 1");
    answerer.sync();
    answerer.send_raw("PUB inbox 0\r\n\r\n");
    CHECK(answerer.line() == "-ERR 'Permissions Violation for Publish to \"inbox\"'");
    root.send_raw("PUB help inbox 0\r\n\r\n");
    CHECK(answerer.line() == "MSG help 1 inbox 0");
    CHECK(answerer.line() == "");
    answerer.send_raw("PUB inbox 2\r\nhi\r\nPUB inbox 2\r\nho\r\n");
    CHECK(answerer.line() == "-ERR 'Permissions Violation for Publish to \"inbox\"'");
    CHECK(root.line() == "MSG inbox 1 2");
    CHECK(root.line() == "hi");
  }
}

TEST_SUITE("broker: new rules for sessions that are there") {
  TEST_CASE("who is no longer known is closed, others stay") {
    SessionHost host({}, 2, two_users());
    Wire alice = host.connect(login("alice", "wonder"));
    Wire bob = host.connect(login("bob", "builder"));
    alice.sync();
    bob.sync();
    AuthRules fewer = two_users();
    fewer.users.erase(fewer.users.begin());
    host.set_rules({}, fewer);
    host.on_each_session(
        [&](broker::ClientSession& session) { session.reload(host.clients().rules()); });
    CHECK(alice.rest() == "-ERR 'Authorization Violation'\r\n");
    bob.sync();
  }

  TEST_CASE("subscriptions that are no longer allowed end, with their sid named") {
    SessionHost host({}, 2, two_users());
    Wire bob = host.connect(login("bob", "builder"));
    bob.send_raw("SUB orders.x 1\r\nSUB private.y 2\r\n");
    bob.sync();
    AuthRules stricter = two_users();
    stricter.users[1].permissions = only_orders();
    host.set_rules({}, stricter);
    host.on_each_session(
        [&](broker::ClientSession& session) { session.reload(host.clients().rules()); });
    CHECK(bob.line() ==
          "-ERR 'Permissions Violation for Subscription to \"private.y\" (sid \"2\")'");
    bob.send_raw("PUB orders.x 0\r\n\r\n");
    CHECK(bob.line() == "MSG orders.x 1 0");
  }
}
