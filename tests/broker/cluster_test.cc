#include "tests/broker/mesh.h"
#include "tests/support/ports.h"

#include <csignal>

#include <doctest/doctest.h>

using support::check_full_mesh;
using support::member;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

// As the documentation has it: no cluster name, every server lists the first two, itself among
// them.
struct Tutorial {
  int first = support::free_port();
  int second = support::free_port();

  ServerSettings a(const Release& release = Release::broker()) const {
    return at("A", first, release);
  }

  ServerSettings b(const Release& release = Release::broker()) const {
    return at("B", second, release);
  }

  ServerSettings c(const Release& release = Release::broker()) const { return at("C", 0, release); }

  ServerSettings at(const std::string& name, int cluster_port, const Release& release) const {
    ServerSettings settings = member(name, release);
    settings.cluster_port = cluster_port;
    settings.routes = {first, second};
    settings.arguments = {"-D"};
    return settings;
  }
};

// All list one seed, which lists nobody.
ServerSettings with_seed(const std::string& name,
                         const ServerProcess& seed,
                         const Release& release) {
  ServerSettings settings = member(name, release);
  settings.cluster_name = "X";
  settings.routes = {seed.cluster_port()};
  return settings;
}

std::string url(const ServerProcess& server) {
  return "127.0.0.1:" + std::to_string(server.port());
}

std::set<std::string> urls(const base::Json& info) {
  const auto list = info["connect_urls"].texts();
  return {list.begin(), list.end()};
}

}  // namespace

TEST_SUITE("broker: cluster") {
  TEST_CASE("three brokers started as the tutorial says become one mesh") {
    const Tutorial tutorial;
    ServerProcess a(tutorial.a());
    a.wait_for_log("Error trying to connect to route (attempt 1): dial tcp 127.0.0.1:" +
                   std::to_string(tutorial.second) + ": connect: connection refused");
    ServerProcess b(tutorial.b());
    ServerProcess c(tutorial.c());
    check_full_mesh({&a, &b, &c});
    CHECK(a.log().find("Detected route to self") != std::string::npos);
    const auto cluster = [](const ServerProcess& server) {
      return support::http_get(server.monitor_port(), "/varz").json()["cluster"]["name"].text();
    };
    CHECK(cluster(a) == cluster(b));
    CHECK(cluster(b) == cluster(c));
  }

  TEST_CASE("a mesh grows from a seed by gossip") {
    ServerSettings first = member("A");
    first.cluster_name = "X";
    ServerProcess a(first);
    ServerProcess b(with_seed("B", a, Release::broker()));
    ServerProcess c(with_seed("C", a, Release::broker()));
    ServerProcess d(with_seed("D", a, Release::broker()));
    check_full_mesh({&a, &b, &c, &d});
  }

  TEST_CASE("a mesh without a name grows from a seed, too") {
    ServerProcess a(member("A"));
    ServerSettings second = with_seed("B", a, Release::broker());
    ServerSettings third = with_seed("C", a, Release::broker());
    second.cluster_name = third.cluster_name = "";
    ServerProcess b(second);
    ServerProcess c(third);
    check_full_mesh({&a, &b, &c});
  }

  TEST_CASE("clients learn at once of a server that joins, and of one that is killed") {
    const Tutorial tutorial;
    ServerProcess a(tutorial.a());
    Wire client = Wire::client(a.port(), R"({"verbose":false,"protocol":1})");
    ServerProcess b(tutorial.b());
    support::eventually("A's client knows A and B", [&] {
      return urls(client.info()) == std::set{url(a), url(b)};
    });
    {
      ServerProcess c(tutorial.c());
      support::eventually("A's client knows C",
                          [&] { return urls(client.info()).contains(url(c)); });
      c.kill();
    }
    support::eventually("A's client knows A and B only", [&] {
      return urls(client.info()) == std::set{url(a), url(b)};
    });
  }

  TEST_CASE("a member that is killed comes back into the mesh") {
    const Tutorial tutorial;
    ServerProcess a(tutorial.a());
    ServerProcess b(tutorial.b());
    ServerProcess c(tutorial.c());
    check_full_mesh({&a, &b, &c});
    a.kill();
    support::wait_for_remotes(b, 1);
    a.start(Release::broker_next());
    check_full_mesh({&a, &b, &c});
  }

  TEST_CASE("a configured server is dialled as soon as another one tells of it") {
    ServerProcess a(member("A"));
    ServerSettings patient = with_seed("C", a, Release::broker());
    patient.routes.push_back(support::free_port());
    patient.conf = "connect_error_reports: 1\ncluster { connect_backoff: true }\n";
    ServerProcess c(patient);
    c.wait_for_log("(attempt 4)");  // the next is eight seconds away
    ServerSettings back = with_seed("B", a, Release::broker());
    back.cluster_port = patient.routes.back();
    ServerProcess b(back);
    support::eventually(
        "C knows A and B", [&] { return support::remotes(c) == 2; }, std::chrono::seconds(5));
    check_full_mesh({&a, &b, &c});
  }

  TEST_CASE("clusters of different chosen names stay apart") {
    ServerSettings first = member("A");
    first.cluster_name = "X";
    ServerProcess a(first);
    ServerSettings second = with_seed("B", a, Release::broker());
    second.cluster_name = "Y";
    ServerProcess b(second);
    b.wait_for_log("Cluster Name Conflict", 2);
    CHECK(support::remotes(a) == 0);
    CHECK(support::remotes(b) == 0);
  }

  TEST_CASE("a route with a password carries on after a wrong one was refused") {
    ServerSettings first = member("A");
    first.conf = "cluster { name: X, authorization { user: r, password: secret } }\n";
    ServerProcess a(first);
    ServerSettings second = member("B");
    second.conf =
        "cluster { name: X, authorization { user: r, password: secret }, routes: [ "
        "\"nats://r:secret@127.0.0.1:" +
        std::to_string(a.cluster_port()) + "\" ] }\n";
    ServerProcess b(second);
    check_full_mesh({&a, &b});
    ServerSettings third = member("C");
    third.conf = "cluster { name: X, routes: [ \"nats://r:guess@127.0.0.1:" +
                 std::to_string(a.cluster_port()) + "\" ] }\n";
    ServerProcess c(third);
    c.wait_for_log("Route Error 'Authorization Violation'");
    CHECK(support::remotes(a) == 1);
  }

  TEST_CASE("a request never overtakes the subscription that waits for its answer") {
    ServerSettings first = member("A");
    first.cluster_name = "X";
    ServerProcess a(first);
    ServerProcess b(with_seed("B", a, Release::broker()));
    support::wait_for_remotes(a, 1);
    support::check_request(a, b);  // the route carries interest by now
    Wire service = Wire::client(b.port());
    service.send("SUB service 1");
    service.sync();
    Wire scout = Wire::client(a.port());
    support::eventually("A knows the service", [&] {
      scout.send_raw("PUB service 2\r\nhi\r\n");
      scout.sync();
      return service.count_messages() > 0;
    });
    // Clients on every worker, each with a new inbox in the same packet as its request.
    for (int i = 0; i < 200; ++i) {
      Wire client = Wire::client(a.port());
      const std::string inbox = "inbox." + std::to_string(i);
      client.send_raw("SUB " + inbox + " 1\r\nPUB service " + inbox + " 2\r\nhi\r\n");
      service.line_with("MSG service 1 " + inbox + " 2");
      service.send_raw("PUB " + inbox + " 2\r\nho\r\n");
      client.line_with("MSG " + inbox + " 1 2");
    }
  }

  TEST_CASE("a reload dials routes that were added and closes those that were removed") {
    ServerSettings first = member("A");
    first.cluster_name = "X";
    ServerProcess a(first);
    const std::string listen = "cluster { name: X";
    ServerSettings second = member("B");
    second.conf = listen + " }\n";
    ServerProcess b(second);
    b.folder().file(
        "B.conf",
        listen + ", routes: [ \"nats://127.0.0.1:" + std::to_string(a.cluster_port()) + "\" ] }\n");
    b.signal(SIGHUP);
    check_full_mesh({&a, &b});
    b.folder().file("B.conf", listen + " }\n");
    b.signal(SIGHUP);
    support::wait_for_remotes(a, 0);
    b.wait_for_log("Router connection closed: Route Removed");
  }

  TEST_CASE("a lame duck's peers send its clients' address to nobody any more") {
    const Tutorial tutorial;
    ServerSettings first = tutorial.a();
    first.conf = "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"1s\"\n";
    ServerProcess a(first);
    ServerProcess b(tutorial.b());
    support::wait_for_remotes(b, 1);
    Wire leaving = Wire::client(a.port(), R"({"verbose":false,"protocol":1})");
    Wire staying = Wire::client(b.port(), R"({"verbose":false,"protocol":1})");
    a.signal(SIGUSR2);
    support::eventually("B's client knows B only",
                        [&] { return urls(staying.info()) == std::set{url(b)}; });
    CHECK(leaving.closed(std::chrono::seconds(20)));
    CHECK(a.wait_for_exit() == 0);
  }
}
