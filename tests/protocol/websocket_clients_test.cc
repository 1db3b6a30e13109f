// Who comes in by websockets, and what is told of it, on our broker and on the real servers.
#include "tests/protocol/websocket_server.h"
#include "tests/support/certificates.h"
#include "tests/support/eventually.h"
#include "tests/support/mint.h"

#include <csignal>
#include <memory>
#include <set>

#include <doctest/doctest.h>

using support::Authority;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;
using websocket::converse;
using websocket::first_line;
using websocket::request;
using websocket::Server;

namespace {

void origins_are_checked(const Release& release) {
  const auto asked = [](const Server& server, const std::string& headers) {
    Wire wire(server.port);
    return first_line(wire.upgrade(headers)).substr(9, 3);
  };
  const Server same(release, "no_tls: true, same_origin: true");
  CHECK(asked(same, "") == "101");
  CHECK(asked(same, "Origin: http://127.0.0.1\r\n") == "101");
  CHECK(asked(same, "Origin: http://127.0.0.1:80\r\n") == "101");
  CHECK(asked(same, "Origin: http://127.0.0.1:8080\r\n") == "403");
  same.process.wait_for_log("origin not allowed: not same origin");

  const Server some(
      release, "no_tls: true, allowed_origins: [\"http://example.com\", \"https://b.net:8443\"]");
  CHECK(asked(some, "Origin: http://EXAMPLE.com\r\n") == "101");
  CHECK(asked(some, "Origin: https://example.com\r\n") == "403");
  CHECK(asked(some, "Origin: https://b.net:8443\r\n") == "101");
  CHECK(asked(some, "Sec-WebSocket-Origin: https://b.net\r\n") == "403");
  some.process.wait_for_log("origin not allowed: not in the allowed list");
  CHECK(asked(some, "Origin: null\r\n") == "403");
}

void tls_comes_first(const Release& release) {
  const Authority authority;
  const auto certificate = authority.issue("server", "first");
  Server server(release, authority.tls_block(certificate), "server_name: A");
  server.process.wait_for_log(fmt::format("clients on wss://127.0.0.1:{}", server.port));
  Wire wire(server.port);
  CHECK(wire.secure(authority.file()) == "first");
  wire.upgrade();
  const auto info = wire.info();
  wire.send(R"(CONNECT {"verbose":false})");
  std::string payload(300'000, 'x');
  wire.send("SUB a 1");
  wire.send(fmt::format("PUB a {}\r\n{}", payload.size(), payload));
  CHECK(wire.line() == "MSG a 1 300000");
  CHECK((wire.line() == payload));
  const auto connz = support::http_get(server.process.monitor_port(), "/connz").json();
  // 2.9 does not show it.
  const std::string shown = connz["connections"].items().at(0)["tls_version"].text();
  CHECK((shown == "1.3" || (shown.empty() && release.version.starts_with("2.9."))));
  // A new certificate is shown from the next reload on; who is here stays.
  authority.issue("server", "second");
  server.process.signal(SIGHUP);
  server.process.wait_for_log("Reloaded server configuration");
  Wire later(server.port);
  CHECK(later.secure(authority.file()) == "second");
  wire.sync();
  Wire clear(server.port);
  clear.send_bytes(request());
  CHECK(clear.closed());
  if (!release.version.starts_with("2.9.")) {  // which says nothing of it
    server.process.wait_for_log("websocket: TLS handshake error from ");
  }
}

void users_may_be_kept_to_a_door(const Release& release) {
  const std::string users =
      "authorization { users: [ {user: web, password: p, allowed_connection_types: [WEBSOCKET]},\n"
      "{user: tcp, password: p, allowed_connection_types: [STANDARD]}, {user: any, password: p} ]}";
  Server server(release, "no_tls: true, no_auth_user: web", users);
  const auto connect = [](const std::string& user) {
    return fmt::format(R"({{"verbose":false,"user":"{}","pass":"p"}})", user);
  };
  CHECK_NOTHROW(server.client());  // nobody in particular is `web`
  CHECK_NOTHROW(server.client(connect("web")));
  CHECK_NOTHROW(server.client(connect("any")));
  Wire wrong = server.guest();
  wrong.send("CONNECT " + connect("tcp"));
  CHECK(wrong.line() == "-ERR 'Authorization Violation'");
  CHECK(wrong.control() == "close 1008 Authentication Failure");
  CHECK_NOTHROW(Wire::client(server.process.port(), connect("tcp")));
  Wire other(server.process.port());
  other.info();
  other.send("CONNECT " + connect("web"));
  CHECK(other.line() == "-ERR 'Authorization Violation'");
}

void websockets_may_have_a_login_of_their_own(const Release& release) {
  Server server(release, "no_tls: true, authorization { user: web, password: secret, timeout: 3 }");
  Wire guest = server.guest();
  CHECK(server.info["auth_required"].boolean());
  guest.send(R"(CONNECT {"verbose":false,"user":"web","pass":"wrong"})");
  CHECK(guest.line() == "-ERR 'Authorization Violation'");
  CHECK_NOTHROW(server.client(R"({"verbose":false,"user":"web","pass":"secret"})"));
  CHECK_NOTHROW(Wire::client(server.process.port()));
}

void cookies_may_hold_a_jwt(const Release& release) {
  support::Mint mint;
  for (const char* line :
       {"key| op operator",
        "key| acme account",
        "key| ann user",
        R"(jwt| op_jwt by op {"sub":"@op@","name":"O","nats":{"type":"operator","version":2}})",
        R"(jwt| acme_jwt by op {"sub":"@acme@","name":"ACME","nats":{"type":"account","version":2,)"
        R"("limits":{"subs":-1,"data":-1,"payload":-1,"imports":-1,"exports":-1,"wildcards":true,)"
        R"("conn":-1,"leaf":-1}}})",
        R"(jwt| page by acme {"sub":"@ann@","name":"ann","nats":{"type":"user","version":2,)"
        R"("subs":-1,"data":-1,"payload":-1,"bearer_token":true,)"
        R"("allowed_connection_types":["WEBSOCKET"]}})"})
    REQUIRE(mint.define(line));
  Server server(release,
                "no_tls: true, jwt_cookie: session",
                mint.filled("operator: \"@op_jwt@\", resolver: MEMORY\n"
                            "resolver_preload: { @acme@: \"@acme_jwt@\" }"));
  const std::string jwt = mint.filled("@page@");
  CHECK_NOTHROW(server.client(R"({"verbose":false})", "Cookie: a=b; session=" + jwt + "\r\n"));
  const auto refused = [](Wire wire, const std::string& connect) {
    wire.send("CONNECT " + connect);
    return wire.line();
  };
  CHECK(refused(server.guest("Cookie: other=" + jwt + "\r\n"), "{}") ==
        "-ERR 'Authorization Violation'");
  Wire plain(server.process.port());
  plain.info();
  CHECK(refused(std::move(plain), "{\"jwt\":\"" + jwt + "\"}") == "-ERR 'Authorization Violation'");
}

// Since 2.11.
void cookies_may_hold_a_login(const Release& release) {
  Server server(release,
                "no_tls: true, user_cookie: u, pass_cookie: p, token_cookie: t",
                "authorization { user: ann, password: secret }");
  CHECK_NOTHROW(server.client(R"({"verbose":false})", "Cookie: u=ann; p=\"secret\"\r\n"));
  Wire wrong = server.guest("Cookie: u=ann; p=other\r\n");
  wrong.send("CONNECT {}");
  CHECK(wrong.line() == "-ERR 'Authorization Violation'");
}

void answers_may_have_more_headers(const Release& release) {
  Server server(release, "no_tls: true, headers { X-Content: \"a b\" }");
  CHECK(converse(server.port, request()).find("\nX-Content: a b\n") != std::string::npos);
}

// Of all that an INFO says.
std::set<std::string> addresses(const base::Json& info) {
  std::set<std::string> found;
  if (const auto* urls = info.find("connect_urls")) {
    for (const auto& url : urls->items())
      found.insert(url.text());
  }
  return found;
}

// Two servers, of which the second is a real one: each tells its own clients of both, those in
// browsers of the browsers' doors.
void addresses_are_told_in_the_mesh(const Release& release) {
  const int first = support::free_port();
  const int second = support::free_port();
  const auto settings = [](const Release& of, const std::string& name, int port) {
    return ServerSettings{
        .release = of,
        .name = name,
        .conf = fmt::format("websocket {{ listen: \"127.0.0.1:{}\", no_tls: true }}", port),
        .clustered = true,
        .cluster_name = "demo"};
  };
  const ServerProcess a(settings(release, "A", first));
  auto other = settings(Release::real("2.10"), "B", second);
  other.routes = {a.cluster_port()};
  auto b = std::make_unique<ServerProcess>(other);
  const auto at = [](int port) { return fmt::format("127.0.0.1:{}", port); };
  const std::set<std::string> doors = {at(first), at(second)};
  const std::set<std::string> ports = {at(a.port()), at(b->port())};
  const auto told = [](int port, bool browser) {
    Wire wire(port);
    if (browser) wire.upgrade();
    return addresses(wire.info());
  };
  support::eventually("A tells of both", [&] { return told(first, true) == doors; });
  support::eventually("B tells of both", [&] { return told(second, true) == doors; });
  CHECK(told(a.port(), false) == ports);
  CHECK(told(b->port(), false) == ports);
  // Who is connected hears of a change.
  Wire wire(first);
  wire.upgrade();
  wire.info();
  wire.send(R"(CONNECT {"verbose":false,"protocol":1})");
  wire.sync();
  b.reset();
  while (addresses(wire.info()) != std::set<std::string>{at(first)})  // throws when none comes
    continue;
}

void is_shown_for_what_it_is(const Release& release) {
  Server server(release, "no_tls: true, compression: true, handshake_timeout: 4s");
  Wire wire = server.client(R"({"verbose":false,"name":"tab","lang":"js","version":"1"})",
                            "X-Forwarded-For: 192.0.2.7\r\n");
  const int monitor = server.process.monitor_port();
  const auto connz = support::http_get(monitor, "/connz").json();
  const auto& shown = connz["connections"].items().at(0);
  CHECK(shown["kind"].text() == "Client");
  CHECK(shown["type"].text() == "websocket");
  CHECK(shown["ip"].text() == "127.0.0.1");
  CHECK(support::http_get(monitor, "/varz").json()["websocket"] ==
        *base::Json::parse(
            fmt::format(R"({{"host":"127.0.0.1","port":{},"handshake_timeout":4000000000,)"
                        R"("no_tls":true,"compression":true}})",
                        server.port)));
  wire.send("NONSENSE");
  CHECK(wire.closed());
  server.process.wait_for_log(fmt::format(" - wid:{} - ", shown["cid"].integer()));
  server.process.wait_for_log("192.0.2.7/127.0.0.1:");
}

void lame_ducks_tell_browsers_too(const Release& release) {
  Server server(release, "no_tls: true", "lame_duck_duration: 30s, lame_duck_grace_period: 1ms");
  Wire wire = server.client(R"({"verbose":false,"protocol":1})");
  server.process.signal(SIGUSR2);
  while (wire.info().find("ldm") == nullptr)  // the newest says one before; throws when none comes
    continue;
  CHECK(wire.control() == "close 1001 Server Shutdown");
  CHECK(server.process.wait_for_exit(std::chrono::seconds(45)) == 0);
}

}  // namespace

TEST_SUITE("protocol: clients of websockets") {
  ON_ALL("pages of other places are kept out", origins_are_checked)
  ON_ALL("TLS comes first where it is configured", tls_comes_first)
  ON_ALL("users may be kept to one door", users_may_be_kept_to_a_door)
  ON_ALL("websockets may have a login of their own", websockets_may_have_a_login_of_their_own)
  ON_ALL("a cookie may hold a JWT", cookies_may_hold_a_jwt)
  ON_ALL("addresses of websockets are told in the mesh", addresses_are_told_in_the_mesh)
  ON_ALL("monitoring and the log tell a websocket client from others", is_shown_for_what_it_is)
  ON_ALL("lame ducks tell browsers, too", lame_ducks_tell_browsers_too)

  TEST_CASE("since 2.11 cookies may hold a login, and answers have more headers") {
    for (const Release& release : {Release::broker(), Release::real("newest")}) {
      cookies_may_hold_a_login(release);
      answers_may_have_more_headers(release);
    }
  }
}
