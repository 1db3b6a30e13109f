#include "base/text.h"
#include "tests/broker/json_shape.h"
#include "tests/broker/leaf_pair.h"
#include "tests/broker/mesh.h"
#include "tests/support/ports.h"

#include <csignal>
#include <set>

#include <doctest/doctest.h>

using base::Json;
using support::difference;
using support::http_get;
using support::Release;
using support::ServerProcess;
using support::Wire;

namespace {

// The same little world on a server: two members, and clients of which one has subscriptions, one
// has published and one has gone.
class World {
 public:
  explicit World(const Release& release)
      : server_(settings("A", release)), peer_(with_route("B", release, server_)) {
    support::wait_for_remotes(server_, 1);
    const std::string about =
        R"("verbose":false,"lang":"c","version":"3.4.1","user":"ann","pass":"a")";
    listener_.emplace(Wire::client(server_.port(), "{\"name\":\"listener\"," + about + "}"));
    listener_->send("SUB greetings 1");
    listener_->send("SUB jobs workers 2");
    listener_->send("UNSUB 2 5");
    listener_->sync();
    speaker_.emplace(Wire::client(server_.port(), "{\"name\":\"speaker\"," + about + "}"));
    speaker_->send_raw("PUB greetings 2\r\nhi\r\n");
    speaker_->sync();
    Wire gone = Wire::client(server_.port(), "{\"name\":\"gone\"," + about + "}");
    gone.finish();
    gone.closed();
    support::eventually("the closed client is listed", [&] {
      return http_get(server_.monitor_port(), "/connz?state=closed&auth=1")
                 .json()
                 .dump()
                 .find("gone") != std::string::npos;
    });
  }

  support::HttpAnswer get(const std::string& path) const {
    return http_get(server_.monitor_port(), path);
  }

  const ServerProcess& server() const { return server_; }

 private:
  static support::ServerSettings settings(const std::string& name, const Release& release) {
    support::ServerSettings settings = support::member(name, release);
    settings.cluster_name = "X";
    settings.conf = "authorization { users: [ { user: ann, password: a } ] }\n";
    // As our broker has it: one connection a server.
    if (!release.bundled) settings.conf += "cluster { pool_size: -1 }\n";
    return settings;
  }

  static support::ServerSettings with_route(const std::string& name,
                                            const Release& release,
                                            const ServerProcess& to) {
    support::ServerSettings result = settings(name, release);
    result.routes = {to.cluster_port()};
    return result;
  }

  ServerProcess server_;
  ServerProcess peer_;
  std::optional<Wire> listener_;
  std::optional<Wire> speaker_;
};

// Servers answer on subjects of their own system account, which show in these lists; which ones
// depends on what they serve (JetStream), so only our clients' part is compared.
Json without_system(const Json& subsz) {
  Json result = subsz;
  Json list = Json::array();
  for (const Json& item : subsz["subscriptions_list"].items()) {
    if (!item["subject"].text().starts_with("$SYS")) list.push(item);
  }
  result.set("subscriptions_list", list);
  return result;
}

// A route's round trip is measured a second or so after it began.
void wait_for_rtt(const World& world) {
  support::eventually("the route's round trip is measured", [&] {
    const Json routez = world.get("/routez").json();
    return !routez["routes"].items().front()["rtt"].text().empty();
  });
}

// A list that has no order, as a set; of an object its fields.
std::multiset<std::string> sorted(const Json& list) {
  std::multiset<std::string> items;
  for (const Json& item : list.items())
    items.insert(item.dump());
  for (const auto& [name, value] : list.fields())
    items.insert(name + value.dump());
  return items;
}

std::vector<std::string> names(const Json& connz) {
  std::vector<std::string> result;
  for (const Json& client : connz["connections"].items())
    result.push_back(client["name"].text());
  return result;
}

}  // namespace

TEST_SUITE("broker: monitor") {
  TEST_CASE("every page has the fields and kinds of nats-server 2.10") {
    const World ours(Release::broker());
    const World theirs(Release::real("2.10"));
    for (const std::string path : {"/varz",
                                   "/connz",
                                   "/connz?auth=1",
                                   "/connz?subs=1",
                                   "/connz?subs=detail&auth=1",
                                   "/connz?state=closed",
                                   "/connz?state=any&auth=true",
                                   "/connz?cid=99999",
                                   "/subsz",
                                   "/accountz",
                                   "/leafz",
                                   "/gatewayz",
                                   "/jsz",
                                   "/healthz",
                                   "/healthz?details=1",
                                   "/ipqueuesz"}) {
      CAPTURE(path);
      const auto mine = ours.get(path);
      const auto real = theirs.get(path);
      CHECK(mine.status == real.status);
      CHECK(difference(mine.json(), real.json()) == "");
    }
    CHECK(difference(without_system(ours.get("/subsz?subs=1").json()),
                     without_system(theirs.get("/subsz?subs=1").json())) == "");
  }

  TEST_CASE("/leafz and what else tells of leaf nodes have the shape of nats-server 2.10") {
    struct Pair {
      explicit Pair(const Release& release)
          : hub(support::hub_settings("HUB", release, port)),
            spoke(support::spoke_settings(
                "SPOKE", release, {port}, "deny_imports: a, compression: off")) {
        support::wait_for_leafs(hub, 1);
        support::wait_for_leafs(spoke, 1);
        // Interest of the other end shows, and the round trip is measured.
        for (const ServerProcess* each : {&hub, &spoke}) {
          support::eventually("the round trip is measured", [&] {
            const Json leaf = http_get(each->monitor_port(), "/leafz").json()["leafs"].items()[0];
            return leaf["rtt"].text() != "0s" && leaf["subscriptions"].integer() > 0;
          });
        }
      }

      int port = support::free_port();
      ServerProcess hub;
      ServerProcess spoke;
    };

    const Pair ours(Release::broker());
    const Pair theirs(Release::real("2.10"));
    for (const auto& [mine, real] :
         {std::pair(&ours.hub, &theirs.hub), {&ours.spoke, &theirs.spoke}}) {
      for (const char* path : {"/leafz", "/leafz?subs=1", "/leafz?acc=$G", "/leafz?acc=none"}) {
        CAPTURE(mine->name());
        CAPTURE(path);
        const Json us = http_get(mine->monitor_port(), path).json();
        const Json them = http_get(real->monitor_port(), path).json();
        CHECK(difference(us, them) == "");
      }
      const Json us = http_get(mine->monitor_port(), "/varz").json()["leaf"];
      const Json them = http_get(real->monitor_port(), "/varz").json()["leaf"];
      CHECK(difference(us, them) == "");
    }
    CHECK(http_get(ours.hub.monitor_port(), "/leafz?subs=maybe").status == 400);
    const Json leaf = http_get(ours.spoke.monitor_port(), "/leafz").json()["leafs"].items()[0];
    CHECK(leaf["is_spoke"].boolean());
    CHECK(leaf["name"].text() == "HUB");
  }

  TEST_CASE("/accountz shows what an account shares and maps, as nats-server 2.10 does") {
    support::ServerSettings settings = support::member("A");
    settings.clustered = false;
    settings.conf = R"(
      mappings: { foo: [ {destination: bar, weight: 20}, {destination: baz, weight: 30, cluster: X} ] }
      accounts {
        A: { users: [ { user: ann, password: a } ]
             exports: [ { stream: "st.>" }, { stream: pr, accounts: [B] }
                        { service: svc, latency: times, threshold: 5s }, { service: "map.*.*" }
                        { service: more, response_type: stream, accounts: [B] } ] }
        B: { users: [ { user: ben, password: b } ]
             imports: [ { stream: { account: A, subject: "st.>" }, prefix: p }
                        { service: { account: A, subject: svc }, to: my.svc, share: true }
                        { service: { account: A, subject: "map.*.*" }, to: "my.$2.$1" } ] }
      })";
    const ServerProcess ours(settings);
    settings.release = Release::real("2.10");
    const ServerProcess theirs(settings);
    for (const char* account : {"A", "B", "$G", "$SYS"}) {
      CAPTURE(account);
      const std::string path = std::string("/accountz?acc=") + account;
      const Json mine = http_get(ours.monitor_port(), path).json()["account_detail"];
      const Json real = http_get(theirs.monitor_port(), path).json()["account_detail"];
      CHECK(difference(mine, real) == "");
      for (const char* list : {"exports", "imports", "mappings"}) {
        CAPTURE(list);
        CHECK(sorted(mine[list]) == sorted(real[list]));
      }
    }
  }

  TEST_CASE("/routez has the fields and kinds of nats-server 2.10") {
    const World ours(Release::broker());
    const World theirs(Release::real("2.10"));
    wait_for_rtt(ours);
    wait_for_rtt(theirs);
    CHECK(difference(ours.get("/routez").json(), theirs.get("/routez").json()) == "");
  }

  TEST_CASE("what cannot be read is refused in nats-server's words") {
    const World ours(Release::broker());
    const World theirs(Release::real("2.10"));
    for (const std::string path : {"/connz?subs=zz",
                                   "/connz?limit=abc",
                                   "/connz?offset=x",
                                   "/connz?cid=x",
                                   "/connz?state=zz",
                                   "/connz?sort=zz",
                                   "/connz?sort=stop",
                                   "/connz?sort=reason",
                                   "/connz?auth=maybe",
                                   "/subsz?test=a.*",
                                   "/subsz?limit=x",
                                   "/accountz?acc=zz",
                                   "/healthz?js-enabled=zz",
                                   "/jsz?leader-only=1",
                                   "/raftz",
                                   "/nope",
                                   "/varz/"}) {
      CAPTURE(path);
      const auto mine = ours.get(path);
      const auto real = theirs.get(path);
      CHECK(mine.status == real.status);
      CHECK(mine.body == real.body);
    }
  }

  TEST_CASE("clients are sorted as nats-server sorts them") {
    const World ours(Release::broker());
    const World theirs(Release::real("2.10"));
    for (const std::string sort :
         {"cid", "start", "subs", "msgs_to", "msgs_from", "bytes_to", "bytes_from", "uptime"}) {
      CAPTURE(sort);
      const std::string path = "/connz?sort=" + sort;
      CHECK(base::join(names(ours.get(path).json()), ", ") ==
            base::join(names(theirs.get(path).json()), ", "));
    }
    CHECK(names(ours.get("/connz?limit=1&offset=1").json()) ==
          names(theirs.get("/connz?limit=1&offset=1").json()));
    CHECK(names(ours.get("/connz?user=ann&state=any").json()) ==
          names(theirs.get("/connz?user=ann&auth=1&state=any").json()));
  }

  TEST_CASE("the numbers are those of what happened") {
    const World world(Release::broker());
    const Json varz = world.get("/varz").json();
    CHECK(varz["version"].text() == Release::broker().version);
    CHECK(varz["connections"].integer() == 2);
    CHECK(varz["remotes"].integer() == 1);
    CHECK(varz["in_msgs"].integer() == 1);
    CHECK(varz["out_msgs"].integer() == 1);
    CHECK(varz["auth_required"].boolean());
    CHECK(varz["subscriptions"].integer() >= 2);  // and those of the server itself
    CHECK(varz["mem"].integer() > 1'000'000);
    const Json connz = world.get("/connz?subs=detail&auth=1").json();
    CHECK(connz["total"].integer() == 2);
    const Json& listener = connz["connections"].items()[0];
    CHECK(listener["authorized_user"].text() == "ann");
    CHECK(listener["out_msgs"].integer() == 1);
    CHECK(listener["out_bytes"].integer() == 2);
    CHECK(listener["subscriptions"].integer() == 2);
    CHECK(world.get("/connz?state=closed").json()["connections"].items()[0]["reason"].text() ==
          "Client Closed");
  }

  TEST_CASE("monitoring answers while the server sends its clients away") {
    support::ServerSettings settings;
    settings.monitored = true;
    settings.conf = "lame_duck_duration: \"30s\"\nlame_duck_grace_period: \"2s\"\n";
    ServerProcess server(settings);
    Wire client = Wire::client(server.port());
    CHECK(http_get(server.monitor_port(), "/healthz").status == 200);
    server.signal(SIGUSR2);
    support::eventually("not healthy any more",
                        [&] { return http_get(server.monitor_port(), "/healthz").status == 500; });
    CHECK(http_get(server.monitor_port(), "/healthz").json()["status"].text() == "error");
    CHECK(http_get(server.monitor_port(), "/varz").json()["connections"].integer() == 1);
    CHECK(server.wait_for_exit() == 0);
  }

  TEST_CASE("a monitoring port that is taken is said, and the server does not start") {
    ServerProcess first({.monitored = true});
    support::ServerSettings second;
    second.name = "B";
    second.monitored = true;
    second.monitor_port = first.monitor_port();
    second.may_fail = true;
    ServerProcess server(second);
    CHECK(server.wait_for_exit() == 1);
    CHECK(server.log().find("bind: address already in use") != std::string::npos);
  }
}
