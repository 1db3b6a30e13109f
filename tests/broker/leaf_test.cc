// Leaf nodes, their hubs, and what lies behind them.
#include "tests/broker/leaf_pair.h"
#include "tests/broker/mesh.h"

using support::free_port;
using support::hub_settings;
using support::Release;
using support::ServerProcess;
using support::spoke_settings;
using support::Wire;

namespace {

// Each with every other one as a leaf node's or a hub's release.
std::vector<Release> releases() {
  return {Release::broker(), Release::real("2.10"), Release::real("newest")};
}

}  // namespace

TEST_SUITE("broker: leaf nodes") {
  TEST_CASE("two leaf nodes of one hub hear of each other") {
    const int port = free_port();
    ServerProcess hub(hub_settings("HUB", Release::broker(), port));
    ServerProcess east(spoke_settings("EAST", Release::broker(), {port}));
    ServerProcess west(spoke_settings("WEST", Release::real("2.10"), {port}));
    support::wait_for_leafs(hub, 2);
    support::check_message(east, west);
    support::check_message(west, east);
    support::check_request(east, west);
    support::check_request(west, east);
  }

  TEST_CASE("isolated ones do not, but the hub hears of both") {
    const int port = free_port();
    ServerProcess hub(
        hub_settings("HUB", Release::broker(), port, "isolate_leafnode_interest: true"));
    ServerProcess east(spoke_settings("EAST", Release::broker(), {port}));
    ServerProcess west(spoke_settings("WEST", Release::broker(), {port}));
    support::wait_for_leafs(hub, 2);
    Wire subscriber = Wire::client(west.port());
    subscriber.send("SUB news 1");
    subscriber.sync();
    Wire at_hub = Wire::client(hub.port());
    support::wait_for_interest(at_hub, subscriber, "news");
    Wire publisher =
        Wire::client(east.port(), R"({"verbose":false,"headers":true,"no_responders":true})");
    publisher.send("SUB inbox 1");
    publisher.sync();
    publisher.send_raw("PUB news inbox 1\r\nx\r\n");
    publisher.line_with("503");
  }

  TEST_CASE("a hub of two servers: what hangs on the one reaches clients of the other") {
    for (const Release& other : releases()) {
      CAPTURE(other.version);
      const int port = free_port();
      auto first = hub_settings("HUB1", Release::broker(), port);
      first.clustered = true;
      first.cluster_name = "H";
      ServerProcess a(first);
      auto second = support::member("HUB2", other);
      second.cluster_name = "H";
      second.routes = {a.cluster_port()};
      ServerProcess b(second);
      support::wait_for_remotes(b, 1);
      ServerProcess spoke(spoke_settings("SPOKE", Release::broker(), {port}));
      support::wait_for_leafs(a, 1);
      support::check_message(b, spoke);
      support::check_message(spoke, b);
      support::check_request(b, spoke);
      support::check_request(spoke, b);
    }
  }

  TEST_CASE("a cluster of leaf nodes hears each message once") {
    const int port = free_port();
    ServerProcess hub(hub_settings("HUB", Release::broker(), port));
    auto first = spoke_settings("S1", Release::broker(), {port});
    first.clustered = true;
    first.cluster_name = "S";
    ServerProcess a(first);
    auto second = spoke_settings("S2", Release::real("2.10"), {port});
    second.clustered = true;
    second.cluster_name = "S";
    second.routes = {a.cluster_port()};
    ServerProcess b(second);
    support::wait_for_leafs(hub, 2);
    support::wait_for_remotes(b, 1);
    for (const auto& [from, to] :
         {std::pair(&a, &b), {&b, &a}, {&hub, &a}, {&hub, &b}, {&a, &hub}}) {
      CAPTURE(from->name());
      CAPTURE(to->name());
      support::check_message(*from, *to);
    }
  }

  TEST_CASE("a loop is refused") {
    const int one = free_port();
    const int two = free_port();
    const auto both = [](int door, int other) {
      return fmt::format(
          "leafnodes {{ listen: \"127.0.0.1:{}\", reconnect: \"200ms\", remotes: [ {{ url: "
          "\"nats-leaf://127.0.0.1:{}\" }} ] }}\n",
          door,
          other);
    };
    support::ServerSettings settings;
    settings.name = "ONE";
    settings.conf = both(one, two);
    ServerProcess a(settings);
    settings.name = "TWO";
    settings.conf = both(two, one);
    ServerProcess b(settings);
    support::eventually("one of them sees the loop", [&] {
      const std::string text = "Loop detected for leafnode account=\"$G\"";
      return a.log().find(text) != std::string::npos || b.log().find(text) != std::string::npos;
    });
  }

  TEST_CASE("a hub that comes back is found again") {
    for (const Release& release : releases()) {
      CAPTURE(release.version);
      const int port = free_port();
      ServerProcess hub(hub_settings("HUB", release, port));
      ServerProcess spoke(spoke_settings("SPOKE", Release::broker(), {port}));
      support::wait_for_leafs(spoke, 1);
      hub.kill();
      support::wait_for_leafs(spoke, 0);
      hub.start();
      support::wait_for_leafs(hub, 1);
      support::check_message(hub, spoke);
    }
  }

  TEST_CASE("a leaf node goes to another server of its hub that it was told of") {
    const int one = free_port();
    const int two = free_port();
    auto first = hub_settings("HUB1", Release::broker(), one);
    first.clustered = true;
    first.cluster_name = "H";
    ServerProcess a(first);
    auto second = hub_settings("HUB2", Release::broker(), two);
    second.clustered = true;
    second.cluster_name = "H";
    second.routes = {a.cluster_port()};
    ServerProcess b(second);
    support::wait_for_remotes(a, 1);
    for (const Release& release : releases()) {
      CAPTURE(release.version);
      ServerProcess spoke(spoke_settings("SPOKE", release, {one}));
      support::wait_for_leafs(a, 1);
      a.kill();
      support::wait_for_leafs(b, 1);
      a.start();
      support::wait_for_remotes(a, 1);
    }
  }

  TEST_CASE("what a remote denies stays on its side") {
    for (const Release& release : releases()) {
      CAPTURE(release.version);
      const int port = free_port();
      ServerProcess hub(hub_settings("HUB", release, port));
      ServerProcess spoke(
          spoke_settings("SPOKE",
                         Release::broker(),
                         {port},
                         "deny_imports: [\"secret.in\"], deny_exports: [\"secret.out\"]"));
      support::wait_for_leafs(hub, 1);
      const std::string connect = R"({"verbose":false,"headers":true,"no_responders":true})";
      const auto check_denied =
          [&](const ServerProcess& from, const ServerProcess& to, const std::string& subject) {
            Wire subscriber = Wire::client(to.port());
            subscriber.send("SUB " + subject + " 1");
            subscriber.send("SUB open." + to.name() + " 2");
            subscriber.sync();
            Wire publisher = Wire::client(from.port(), connect);
            support::wait_for_interest(publisher, subscriber, "open." + to.name());
            publisher.send("SUB inbox 1");
            publisher.send_raw("PUB " + subject + " inbox 1\r\nx\r\n");
            publisher.line_with("503");
          };
      check_denied(hub, spoke, "secret.in");
      check_denied(spoke, hub, "secret.out");
    }
  }

  TEST_CASE("accounts have different names at both ends") {
    const std::string hub_accounts =
        "accounts { H: { users: [ {user: h, password: pw} ] }, X: { users: [ {user: x, password: "
        "pw} "
        "] } }\n";
    const std::string spoke_accounts =
        "accounts { S: { users: [ {user: s, password: pw} ] }, X: { users: [ {user: x, password: "
        "pw} "
        "] } }\n";
    const auto as = [](const std::string& user) {
      return R"({"verbose":false,"user":")" + user + R"(","pass":"pw"})";
    };
    const int port = free_port();
    ServerProcess hub(
        hub_settings("HUB",
                     Release::broker(),
                     port,
                     "authorization { users: [ { user: leaf, password: pw, account: H } ] }",
                     hub_accounts));
    auto settings = spoke_settings("SPOKE", Release::broker(), {}, "account: S", spoke_accounts);
    const std::string urls = "urls: []";
    settings.conf.replace(settings.conf.find(urls),
                          urls.size(),
                          fmt::format("urls: [\"nats-leaf://leaf:pw@127.0.0.1:{}\"]", port));
    ServerProcess spoke(settings);
    support::wait_for_leafs(hub, 1);
    Wire subscriber = Wire::client(spoke.port(), as("s"));
    Wire stranger = Wire::client(spoke.port(), as("x"));
    for (Wire* each : {&subscriber, &stranger}) {
      each->send("SUB news 1");
      each->sync();
    }
    Wire publisher = Wire::client(hub.port(), as("h"));
    support::wait_for_interest(publisher, subscriber, "news");
    CHECK(stranger.count_messages() == 0);
    const auto leafz = support::http_get(hub.monitor_port(), "/leafz").json();
    CHECK(leafz["leafs"].items().at(0)["account"].text() == "H");
    CHECK(leafz["leafs"].items().at(0)["name"].text() == "SPOKE");
  }

  TEST_CASE("an account takes as many leaf nodes as it may") {
    const int port = free_port();
    ServerProcess hub(hub_settings(
        "HUB",
        Release::broker(),
        port,
        "authorization { user: leaf, password: pw, account: H }",
        "accounts { H: { limits: { max_leafnodes: 1 }, users: [ {user: h, password: pw} ] } }\n"));
    const std::string connect =
        R"(CONNECT {"version":"2.10.27","cluster":"c","headers":true,"user":"leaf","pass":"pw")";
    Wire first(port);
    first.info();
    first.send(connect + R"(,"name":"one"})");
    first.sync();
    Wire second(port);
    second.info();
    second.send(connect + R"(,"name":"two"})");
    second.line_with("maximum account active connections exceeded");
    CHECK(second.closed());
  }

  TEST_CASE("who comes in again takes the place of its old connection") {
    const int port = free_port();
    ServerProcess hub(hub_settings("HUB", Release::broker(), port));
    const std::string connect =
        R"(CONNECT {"version":"2.10.27","name":"one","cluster":"c","headers":true,"remote_account":"$G"})";
    Wire first(port);
    first.info();
    first.send(connect);
    first.sync();
    Wire second(port);
    second.info();
    second.send(connect);
    second.sync();
    first.line_with("Duplicate Remote LeafNode Connection");
    CHECK(first.closed());
    CHECK(support::leafs(hub) == 1);
  }

  TEST_CASE("who is of our own cluster is no leaf node") {
    const int port = free_port();
    auto settings = hub_settings("HUB", Release::broker(), port);
    settings.clustered = true;
    settings.cluster_name = "H";
    ServerProcess hub(settings);
    Wire leaf(port);
    leaf.info();
    leaf.send(R"(CONNECT {"version":"2.10.27","name":"one","cluster":"H","headers":true})");
    leaf.line_with("-ERR 'remote leafnode has same cluster name'");
    CHECK(leaf.closed());
  }
}
