#include "base/json.h"
#include "tests/broker/mesh.h"
#include "tests/support/certificates.h"
#include "tests/support/ports.h"

#include <csignal>

#include <doctest/doctest.h>

using base::Json;
using support::Authority;
using support::Certificate;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

// TLS, on our broker and on a real server: what both do is what clients count on.

namespace {

constexpr char kConnect[] = R"(CONNECT {"verbose":false,"tls_required":true})";

std::vector<Release> both() {
  return {Release::broker(), Release::real("2.10")};
}

ServerSettings with_conf(const Release& release, const std::string& conf) {
  ServerSettings settings;
  settings.release = release;
  settings.monitored = true;
  settings.conf = conf;
  return settings;
}

// Someone whose INFO came in clear, and who speaks TLS from then on.
Wire secured(const ServerProcess& server,
             const Authority& authority,
             const Certificate& shown = {}) {
  Wire wire(server.port());
  wire.info();
  wire.secure(authority.file(), shown.cert, shown.key);
  return wire;
}

Wire client(const ServerProcess& server,
            const Authority& authority,
            const Certificate& shown = {}) {
  Wire wire = secured(server, authority, shown);
  wire.send(kConnect);
  wire.sync();
  return wire;
}

}  // namespace

TEST_SUITE("broker: TLS") {
  TEST_CASE("clients speak TLS where it is required, and messages of any size pass") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerProcess server(with_conf(release, authority.tls_block(certificate)));
      Wire stranger(server.port());
      const Json info = stranger.info();
      CHECK(info["tls_required"].boolean());
      CHECK(info.find("tls_available") == nullptr);
      Wire alice = client(server, authority);
      Wire ben = client(server, authority);
      alice.send("SUB big 1");
      alice.sync();
      const std::string payload(1024 * 1024, 'x');
      constexpr int kMessages = 8;
      for (int i = 0; i < kMessages; ++i)
        ben.send_raw("PUB big 1048576\r\n" + payload + "\r\n");
      ben.sync();
      for (int i = 0; i < kMessages; ++i) {
        CHECK(alice.line() == "MSG big 1 1048576");
        CHECK(alice.line() == payload);
      }
      const Json connz = support::http_get(server.monitor_port(), "/connz").json();
      CHECK(connz["connections"].items().back()["tls_version"].text() == "1.3");
      CHECK(connz["connections"].items().back()["tls_cipher_suite"].text().starts_with("TLS_"));
      const Json varz = support::http_get(server.monitor_port(), "/varz").json();
      CHECK(varz["tls_required"].boolean());
    }
  }

  TEST_CASE("who speaks in clear where TLS is required is closed without a word") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerProcess server(with_conf(release, authority.tls_block(certificate)));
      Wire clear(server.port());
      clear.info();
      clear.send(R"(CONNECT {"verbose":true})");
      CHECK(clear.closed());
      server.wait_for_log(
          "TLS handshake error: tls: first record does not look like a TLS handshake");
      Wire silent(server.port());
      silent.info();
      CHECK(silent.closed());
      // A real server's timer and the deadline of its read race for what the log says of this one.
      support::eventually("both are listed with their reason", [&] {
        const Json closed = support::http_get(server.monitor_port(), "/connz?state=closed").json();
        int found = 0;
        for (const Json& each : closed["connections"].items())
          found += each["reason"].text() == "TLS Handshake Failure" ? 1 : 0;
        return found >= 2;
      });
    }
  }

  TEST_CASE("with allow_non_tls a client may speak either") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerProcess server(
          with_conf(release, authority.tls_block(certificate) + "allow_non_tls: true\n"));
      Wire stranger(server.port());
      const Json info = stranger.info();
      CHECK(info["tls_available"].boolean());
      CHECK(info.find("tls_required") == nullptr);
      Wire secret = client(server, authority);
      Wire clear = Wire::client(server.port());
      clear.send("SUB a 1");
      clear.sync();
      secret.send_raw("PUB a 2\r\nhi\r\n");
      clear.line_with("MSG a 1 2");
    }
  }

  TEST_CASE("a handshake may come before anything is said") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerSettings settings =
          with_conf(release, authority.tls_block(certificate, "handshake_first: true"));
      settings.may_fail = true;  // it says nothing in clear, so it does not look ready
      ServerProcess server(settings);
      server.wait_for_log("Server is ready");
      Wire first(server.port());
      first.secure(authority.file());
      CHECK(first.info()["tls_required"].boolean());
      first.send(kConnect);
      first.sync();
    }
  }

  TEST_CASE("with a delay, who waits for INFO gets it, and who does not need not") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerProcess server(
          with_conf(release, authority.tls_block(certificate, "handshake_first: \"200ms\"")));
      Wire first(server.port());
      first.secure(authority.file());
      first.info();
      first.send(kConnect);
      first.sync();
      Wire waiting = client(server, authority);
      waiting.sync();
    }
  }

  TEST_CASE("where certificates are verified, clients show one of the authority's") {
    const Authority authority;
    const Authority other;
    const Certificate certificate = authority.issue("server", "first");
    const Certificate good = authority.issue("client", "ann");
    const Certificate bad = other.issue("client", "mallory");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerSettings settings =
          with_conf(release, authority.tls_block(certificate, "verify: true"));
      ServerProcess server(settings);
      client(server, authority, good).sync();
      CHECK_THROWS_AS(client(server, authority), support::WireError);
      CHECK_THROWS_AS(client(server, authority, bad), support::WireError);
    }
  }

  TEST_CASE("a certificate may say which user a client is") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    const Certificate by_email = authority.issue("ann", "someone", {"ann@example.net"});
    const Certificate by_subject = authority.issue("ben", "ben");
    const Certificate unknown = authority.issue("tom", "tom");
    const std::string users =
        "authorization { users: [\n"
        "  { user: \"ann@example.net\", permissions: { publish: \"of.ann\" } }\n"
        "  { user: \"CN=ben,OU=tests\", permissions: { publish: \"of.ben\" } }\n"
        "] }\n";
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerProcess server(
          with_conf(release, authority.tls_block(certificate, "verify_and_map: true") + users));
      const auto may_not = [&](const Certificate& shown, const std::string& subject) {
        Wire wire = client(server, authority, shown);
        wire.send_raw("PUB " + subject + " 1\r\nx\r\n");
        wire.line_with("Permissions Violation for Publish to \"" + subject + "\"");
      };
      may_not(by_email, "of.ben");
      may_not(by_subject, "of.ann");
      Wire refused = secured(server, authority, unknown);
      refused.send(kConnect);
      refused.line_with("-ERR 'Authorization Violation'");
    }
  }

  TEST_CASE("certificates are renewed by a reload, and nobody is disconnected") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      authority.issue("server", "first");
      ServerSettings settings =
          with_conf(release, "server_name: A\n" + authority.tls_block(certificate));
      ServerProcess server(settings);
      Wire before = client(server, authority);
      authority.issue("server", "second");
      server.signal(SIGHUP);
      server.wait_for_log("Reloaded: tls = enabled");
      server.wait_for_log("Reloaded server configuration");
      Wire after(server.port());
      after.info();
      CHECK(after.secure(authority.file()) == "second");
      before.sync();
    }
  }

  TEST_CASE("monitoring over HTTPS") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    const int port = support::free_port();
    ServerSettings settings;
    settings.conf =
        authority.tls_block(certificate) + "https: \"127.0.0.1:" + std::to_string(port) + "\"\n";
    const ServerProcess server(settings);
    Wire wire(port);
    wire.secure(authority.file());
    wire.send_raw("GET /varz HTTP/1.0\r\n\r\n");
    wire.line_with("200 OK");
    wire.line_with("\"https_port\": " + std::to_string(port));
  }

  TEST_CASE("cipher suites are those of nats-server, or those that a conf names") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "first");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      const std::string wanted = "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305";
      ServerProcess server(with_conf(
          release,
          authority.tls_block(certificate,
                              "cipher_suites: [" + wanted + "], curve_preferences: [CurveP384]")));
      Wire old(server.port());
      old.info();
      old.secure(authority.file(), {}, {}, {.only_1_2 = true});
      old.send(kConnect);
      old.sync();
      const Json connz = support::http_get(server.monitor_port(), "/connz").json();
      CHECK(connz["connections"].items().back()["tls_version"].text() == "1.2");
      CHECK(connz["connections"].items().back()["tls_cipher_suite"].text() == wanted);
      // Suites of 1.3 are always on.
      client(server, authority);

      ServerProcess strict(
          with_conf(release, authority.tls_block(certificate, "min_version: \"1.3\"")));
      Wire late(strict.port());
      late.info();
      CHECK_THROWS(late.secure(authority.file(), {}, {}, {.only_1_2 = true}));
      client(strict, authority);
    }
  }

  TEST_CASE("of several certificates a client is shown the one for the name it asks for") {
    const Authority authority;
    const Certificate first = authority.issue("first", "first", {}, "a.example");
    const Certificate second = authority.issue("second", "second", {}, "*.b.example");
    const auto pair = [](const Certificate& certificate) {
      return "{ cert_file: \"" + certificate.cert.string() + "\", key_file: \"" +
             certificate.key.string() + "\" }\n";
    };
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      ServerProcess server(
          with_conf(release, "tls { certs: [\n" + pair(first) + pair(second) + "] }\n"));
      const auto shown = [&](const std::string& host) {
        Wire wire(server.port());
        wire.info();
        return wire.secure(authority.file(), {}, {}, {.host = host});
      };
      CHECK(shown("a.example") == "first");
      CHECK(shown("x.b.example") == "second");
      CHECK(shown("") == "first");
    }
  }

  TEST_CASE("a server may be known by the name in its certificate") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "route");
    for (const Release& release : both()) {
      CAPTURE(release.binary.string());
      const auto server = [&](const std::string& name, const std::string& routes) {
        ServerSettings settings = support::member(name, release);
        settings.cluster_name = "X";
        settings.conf = "cluster { routes: [" + routes + "]\n" +
                        authority.tls_block(certificate, "verify_cert_and_check_known_urls: true") +
                        "}\n";
        return settings;
      };
      const ServerProcess knows(server("A", "nats://localhost:1"));
      const ServerProcess strange(server("B", "nats://elsewhere.example:1"));
      ServerSettings third = server("C", "");
      third.routes = {knows.cluster_port(), strange.cluster_port()};
      const ServerProcess dials(third);
      support::eventually("a route to who knows it", [&] { return support::remotes(knows) == 1; });
      strange.wait_for_log("authentication error");
      CHECK(support::remotes(strange) == 0);
    }
  }

  TEST_CASE("routes are secured, with real servers too, whoever dials") {
    const Authority authority;
    const Certificate certificate = authority.issue("server", "route");
    std::vector<std::unique_ptr<ServerProcess>> servers;
    const auto add = [&](const std::string& name, const Release& release) {
      ServerSettings settings = support::member(name, release);
      settings.cluster_name = "X";
      settings.conf = "cluster { " + authority.tls_block(certificate) + "}\n";
      for (const auto& server : servers)
        settings.routes.push_back(server->cluster_port());
      servers.push_back(std::make_unique<ServerProcess>(settings));
    };
    add("A", Release::broker());
    add("B", Release::real("2.10"));
    add("C", Release::broker());
    add("D", Release::real("newest"));
    support::check_full_mesh(
        {servers[0].get(), servers[1].get(), servers[2].get(), servers[3].get()});
  }

  TEST_CASE("a server without the authority's certificate does not get into the cluster") {
    const Authority authority;
    const Authority other;
    const Certificate certificate = authority.issue("server", "route");
    const Certificate foreign = other.issue("server", "stranger");
    ServerSettings first = support::member("A");
    first.cluster_name = "X";
    first.conf = "cluster { " + authority.tls_block(certificate) + "}\n";
    const ServerProcess a(first);
    ServerSettings second = support::member("B");
    second.cluster_name = "X";
    second.conf = "cluster { " + other.tls_block(foreign) + "}\n";
    second.routes = {a.cluster_port()};
    const ServerProcess b(second);
    b.wait_for_log("TLS handshake error");
    ServerSettings third = support::member("C");
    third.cluster_name = "X";
    third.routes = {a.cluster_port()};
    const ServerProcess c(third);
    c.wait_for_log("Router connection closed");
    CHECK(support::remotes(a) == 0);
  }
}
