#include "base/json.h"
#include "tests/broker/json_shape.h"
#include "tests/broker/mesh.h"

#include <fstream>
#include <set>

#include <doctest/doctest.h>

using base::Json;
using support::Release;
using support::ServerProcess;
using support::ServerSettings;
using support::Wire;

namespace {

constexpr char kAccounts[] =
    "accounts {\n"
    "  $SYS: { users: [ { user: sys, password: s } ] }\n"
    "  RED: { users: [ { user: ann, password: a } ] }\n"
    "}\n";

constexpr char kRed[] =
    R"({"verbose":false,"user":"ann","pass":"a","name":"orders","lang":"c","version":"3.4.1","protocol":1})";

// Someone in the system account, who asks and listens.
class Operator {
 public:
  explicit Operator(const ServerProcess& server)
      : wire_(Wire::client(server.port(),
                           R"({"verbose":false,"user":"sys","pass":"s","headers":true})")) {
    wire_.send("SUB inbox.* 1");
    wire_.sync();
  }

  void listen(const std::string& subject) {
    wire_.send("SUB " + subject + " 2");
    wire_.sync();
  }

  void ask(const std::string& subject, const std::string& payload = "") {
    wire_.send_raw("PUB " + subject + " inbox.1 " + std::to_string(payload.size()) + "\r\n" +
                   payload + "\r\n");
  }

  Json next() {
    while (true) {
      const std::string line = wire_.line_with_any({"MSG "});
      const std::string body = wire_.line();
      if (auto json = Json::parse(body)) return *json;
    }
  }

  Json answer(const std::string& subject, const std::string& payload = "") {
    ask(subject, payload);
    return next();
  }

  std::string id() { return answer("$SYS.REQ.SERVER.PING.IDZ")["id"].text(); }

 private:
  Wire wire_;
};

ServerSettings with_accounts(const std::string& name, const Release& release) {
  ServerSettings settings = support::member(name, release);
  settings.cluster_name = "X";
  settings.conf = kAccounts;
  // As our broker has it: one connection a server.
  if (!release.bundled && !release.version.starts_with("2.9"))
    settings.conf += "cluster { pool_size: -1 }\n";
  return settings;
}

Json without_system(Json answer) {
  Json list = Json::array();
  for (const Json& item : answer["data"]["subscriptions_list"].items()) {
    if (!item["subject"].text().starts_with("$SYS")) list.push(item);
  }
  Json data = answer["data"];
  data.set("subscriptions_list", list);
  answer.set("data", data);
  return answer;
}

std::uint64_t cid_of(Operator& who, const std::string& name) {
  const Json connz = who.answer("$SYS.REQ.SERVER.PING.CONNZ", R"({"acc":"RED"})");
  for (const Json& client : connz["data"]["connections"].items()) {
    if (client["name"].text() == name) return client["cid"].unsigned_integer();
  }
  return 0;
}

}  // namespace

TEST_SUITE("broker: system account") {
  TEST_CASE("answers have the fields and kinds of nats-server 2.10") {
    const ServerProcess ours(with_accounts("A", Release::broker()));
    const ServerProcess theirs(with_accounts("A", Release::real("2.10")));
    Operator mine(ours);
    Operator real(theirs);
    Wire my_client = Wire::client(ours.port(), kRed);
    Wire real_client = Wire::client(theirs.port(), kRed);
    for (Wire* client : {&my_client, &real_client}) {
      client->send("SUB greetings 1");
      client->sync();
    }
    for (const std::string id : {"PING", "id"}) {
      for (const std::string service : {"STATSZ",
                                        "IDZ",
                                        "VARZ",
                                        "CONNZ",
                                        "ROUTEZ",
                                        "GATEWAYZ",
                                        "LEAFZ",
                                        "ACCOUNTZ",
                                        "JSZ",
                                        "HEALTHZ"}) {
        CAPTURE(id);
        CAPTURE(service);
        const auto subject = [&](Operator& who) {
          return "$SYS.REQ.SERVER." + (id == "PING" ? id : who.id()) + "." + service;
        };
        CHECK(support::difference(mine.answer(subject(mine)), real.answer(subject(real))) == "");
      }
    }
    CHECK(support::difference(without_system(mine.answer("$SYS.REQ.SERVER.PING.SUBSZ",
                                                         R"({"subscriptions":true})")),
                              without_system(real.answer("$SYS.REQ.SERVER.PING.SUBSZ",
                                                         R"({"subscriptions":true})"))) == "");
    for (const std::string service : {"CONNZ", "SUBSZ", "LEAFZ", "STATZ", "CONNS"}) {
      CAPTURE(service);
      const std::string subject = "$SYS.REQ.ACCOUNT.RED." + service;
      CHECK(support::difference(mine.answer(subject), real.answer(subject)) == "");
    }
  }

  TEST_CASE("events have the fields and kinds of nats-server 2.10") {
    const ServerProcess ours(with_accounts("A", Release::broker()));
    const ServerProcess theirs(with_accounts("A", Release::real("2.10")));
    for (const std::string subject : {"$SYS.ACCOUNT.RED.CONNECT",
                                      "$SYS.ACCOUNT.RED.DISCONNECT",
                                      "$SYS.ACCOUNT.RED.SERVER.CONNS",
                                      "$SYS.SERVER.ACCOUNT.RED.CONNS",
                                      "$SYS.SERVER.*.CLIENT.AUTH.ERR"}) {
      CAPTURE(subject);
      std::vector<Json> events;
      for (const ServerProcess* server : {&ours, &theirs}) {
        Operator who(*server);
        who.listen(subject);
        Wire client = Wire::client(server->port(), kRed);
        client.sync();
        client.send("-ERR 'enough'");
        client.closed();
        Wire stranger(server->port());
        stranger.info();
        stranger.send(
            R"(CONNECT {"verbose":false,"user":"ann","pass":"guess","name":"n","lang":"c","version":"1"})");
        stranger.closed();
        events.push_back(who.next());
      }
      CHECK(support::difference(events[0], events[1]) == "");
    }
  }

  TEST_CASE("a client can be closed, and told to look for another server") {
    for (const Release& release : {Release::broker(), Release::real("2.10")}) {
      CAPTURE(release.binary.string());
      const ServerProcess server(with_accounts("A", release));
      Operator who(server);
      const std::string own = "$SYS.REQ.SERVER." + who.id();
      Wire client = Wire::client(server.port(), kRed);
      client.sync();
      const std::string cid = std::to_string(cid_of(who, "orders"));
      CHECK(who.answer(own + ".LDM", R"({"cid":99999})")["error"]["description"].text() ==
            "no such client id");
      CHECK(who.answer(own + ".LDM", "{\"cid\":" + cid + "}").find("error") == nullptr);
      CHECK(client.info()["ldm"].boolean());
      CHECK(who.answer(own + ".KICK", R"({"cid":99999})")["error"]["description"].text() ==
            "no such client or leafnode id");
      CHECK(who.answer(own + ".KICK", "{\"cid\":" + cid + "}").find("error") == nullptr);
      CHECK(client.closed());
      const Json closed =
          who.answer("$SYS.REQ.SERVER.PING.CONNZ", R"({"state":1,"acc":"RED","auth":true})");
      CHECK(closed["data"]["connections"].items().front()["reason"].text() == "Kicked");
    }
  }

  TEST_CASE("a server reloads its configuration when asked to, and says what is wrong with it") {
    for (const Release& release : {Release::broker(), Release::real("2.10")}) {
      CAPTURE(release.binary.string());
      ServerSettings settings = with_accounts("A", release);
      settings.conf += "server_name: A\n";  // a reload forgets the flag in 2.10
      const ServerProcess server(settings);
      Operator who(server);
      const std::string subject = "$SYS.REQ.SERVER." + who.id() + ".RELOAD";
      std::ofstream(server.conf_file(), std::ios::app) << "max_payload: 2048\n";
      CHECK(who.answer(subject)["error"]["description"].text() == "");
      CHECK(who.answer("$SYS.REQ.SERVER.PING.VARZ")["data"]["max_payload"].integer() == 2048);
      std::ofstream(server.conf_file(), std::ios::app) << "nonsense: 1\n";
      CHECK(who.answer(subject)["error"]["code"].integer() == 500);
    }
  }

  TEST_CASE("one request is answered by every server of a mixed cluster, whoever is asked") {
    std::vector<std::unique_ptr<ServerProcess>> servers;
    const auto add = [&](const std::string& name, const Release& release) {
      ServerSettings settings = support::member(name, release);
      settings.cluster_name = "X";
      settings.conf = kAccounts;
      for (const auto& server : servers)
        settings.routes.push_back(server->cluster_port());
      servers.push_back(std::make_unique<ServerProcess>(settings));
    };
    add("A", Release::broker());
    add("B", Release::real("2.9"));
    add("C", Release::real("2.10"));
    add("D", Release::real("newest"));
    add("E", Release::broker());
    for (const auto& server : servers)
      support::wait_for_remotes(*server, 4);
    const std::set<std::string> all = {"A", "B", "C", "D", "E"};
    for (const auto& server : servers) {
      CAPTURE(server->name());
      Operator who(*server);
      // Interest in the answers needs a moment to travel.
      support::eventually("all answer", [&] {
        std::set<std::string> names;
        who.ask("$SYS.REQ.SERVER.PING.VARZ");
        try {
          while (names != all)
            names.insert(who.next()["data"]["server_name"].text());
        } catch (const support::WireError&) {
          return false;
        }
        return true;
      });
    }
    Operator who(*servers[0]);
    const Json routez = who.answer("$SYS.REQ.SERVER.PING.ROUTEZ", R"({"server_name":"C"})");
    CHECK(routez["server"]["name"].text() == "C");
  }

  TEST_CASE("a server without a system account serves none") {
    ServerSettings settings;
    settings.conf =
        "no_system_account: true\nauthorization { users: [ { user: ann, password: a } ] }\n";
    const ServerProcess server(settings);
    Wire client = Wire::client(
        server.port(),
        R"({"verbose":false,"user":"ann","pass":"a","headers":true,"no_responders":true})");
    client.send("SUB inbox 1");
    client.send_raw("PUB $SYS.REQ.USER.INFO inbox 0\r\n\r\n");
    client.line_with("HMSG inbox 1 16 16");
  }
}
