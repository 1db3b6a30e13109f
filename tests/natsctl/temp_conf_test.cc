#include "actions/temp_conf.h"

#include "contract/conf_parser.h"
#include "gates/same_users.h"
#include "tests/support/server_process.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <exec/process.h>

namespace {

using contract::ConfValue;

struct Derivation {
  support::TempDir folder;
  plan::Plan plan;

  Derivation() {
    plan.cluster = "demo";
    plan.nodes.resize(2);
    plan.nodes[0].name = "A";
    plan.nodes[0].route = {"127.0.0.1", 6222};
    plan.nodes[1].name = "B";
    plan.nodes[1].route = {"127.0.0.1", 6333};
    plan.temp_node = plan::TempNode{};
    plan.temp_node->like = "A";
    plan.temp_node->node.name = "C";
    plan.temp_node->node.client = {"127.0.0.1", 4444};
    plan.temp_node->node.route = {"127.0.0.1", 6444};
    plan.temp_node->node.monitor = {"127.0.0.1", 8444};
  }

  void confs(const std::string& a, const std::string& b) {
    plan.nodes[0].config = folder.file("a.conf", a);
    plan.nodes[1].config = folder.file("b.conf", b);
  }

  ConfValue made() {
    const auto text = actions::make_temp_conf(plan);
    if (!text) throw std::runtime_error(text.error().what);
    return *contract::parse_conf(*text, folder / "C.conf");
  }
};

const std::string kUsers =
    "authorization { users: [ {user: a, password: \"p w\"}, {user: b, password: x, "
    "permissions: {subscribe: [\"in.>\", \"q.* workers\"]}} ] }\n";
const std::string kConf =
    "server_name: A\nport: 4222\nhttp_port: 8222\nmax_payload: 2MB\npid_file: \"/tmp/a.pid\"\n"
    "jetstream { store_dir: \"/data\" }\nlame_duck_duration: \"30s\"\n"
    "include \"users.conf\"\n"
    "cluster { name: demo, listen: \"127.0.0.1:6222\", no_advertise: false\n"
    "  authorization { user: r, password: \"w@\" }\n  routes: [ \"nats://r:w@127.0.0.1:6333\" ] }\n"
    "leafnodes { port: 7422 }\n"
    "tls { cert_file: \"certs/a.pem\", key_file: \"/etc/a.key\" }\n";

}  // namespace

TEST_SUITE("actions: conf of the temporary node") {
  TEST_CASE("it has the member's users, limits and cluster login, and its own places") {
    Derivation derive;
    derive.folder.file("users.conf", kUsers);
    derive.confs(kConf, kConf);
    const auto conf = derive.made();
    CHECK(conf.find("server_name")->as_text() == "C");
    CHECK(conf.find("listen")->as_text() == "127.0.0.1:4444");
    CHECK(conf.find("http")->as_text() == "127.0.0.1:8444");
    CHECK(conf.find("lame_duck_duration")->as_text() == "30s");
    CHECK(conf.find("max_payload")->as_integer() == 2 * 1024 * 1024);
    for (const auto* gone : {"port", "http_port", "jetstream", "pid_file", "leafnodes"}) {
      CAPTURE(gone);
      CHECK(conf.find(gone) == nullptr);
    }
    const auto* cluster = conf.find("cluster");
    CHECK(cluster->find("name")->as_text() == "demo");
    CHECK(cluster->find("listen")->as_text() == "127.0.0.1:6444");
    REQUIRE(cluster->find("routes")->items().size() == 2);
    CHECK(cluster->find("routes")->items()[1].as_text() ==
          "nats-route://r:w%40@[::ffff:127.0.0.1]:6333");
    CHECK(conf.find("tls")->find("cert_file")->as_text() ==
          (derive.folder / "certs/a.pem").string());
    CHECK(conf.find("tls")->find("key_file")->as_text() == "/etc/a.key");
    CHECK(
        gates::access_differences(*contract::read_conf(derive.plan.nodes[0].config), conf).empty());
  }

  TEST_CASE("it has the member's gateways, at any port of its own") {
    Derivation derive;
    const std::string conf =
        kUsers +
        "cluster { name: demo, listen: \"127.0.0.1:6222\" }\n"
        "gateway { name: demo, listen: \"127.0.0.1:7222\", advertise: \"a:7222\"\n"
        "  authorization { user: gw, password: s }\n"
        "  gateways: [ { name: west, url: \"nats://w:7222\" } ] }\n";
    derive.confs(conf, conf);
    const auto made = derive.made();
    const auto* gateway = made.find("gateway");
    REQUIRE(gateway != nullptr);
    CHECK(gateway->find("name")->as_text() == "demo");
    CHECK(gateway->find("listen")->as_text() == "127.0.0.1:-1");
    CHECK(gateway->find("advertise") == nullptr);
    CHECK(gateway->find("authorization")->find("user")->as_text() == "gw");
    REQUIRE(gateway->find("gateways")->items().size() == 1);
    CHECK(gateway->find("gateways")->items()[0].find("url")->as_text() == "nats://w:7222");
  }

  TEST_CASE("a Pod listens on whatever address it gets, and tells its name") {
    Derivation derive;
    derive.confs(kUsers + "cluster { listen: \"127.0.0.1:6222\", advertise: \"a:6222\" }\n",
                 kUsers);
    auto& node = derive.plan.temp_node->node;
    node.executor.type = "kubernetes";
    node.executor.dir = "/etc/natsctl";
    node.client.host = node.route.host = node.monitor.host = "natsctl-c.shop";
    const auto conf = derive.made();
    CHECK(conf.find("listen")->as_text() == "0.0.0.0:4444");
    CHECK(conf.find("client_advertise")->as_text() == "natsctl-c.shop:4444");
    CHECK(conf.find("http")->as_text() == "0.0.0.0:8444");
    CHECK(conf.find("cluster")->find("listen")->as_text() == "0.0.0.0:6444");
    CHECK(conf.find("cluster")->find("advertise")->as_text() == "natsctl-c.shop:6444");
  }

  TEST_CASE("members that do not agree on their users get no temporary node") {
    Derivation derive;
    derive.folder.file("users.conf", kUsers);
    derive.confs(kConf, "authorization { users: [ {user: a, password: \"p w\"} ] }\n");
    const auto refused = actions::make_temp_conf(derive.plan);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("compared with B") != std::string::npos);
    CHECK(refused.error().what.find("user 'b'") != std::string::npos);
    CHECK(refused.error().what.find("p w") == std::string::npos);
  }

  TEST_CASE("a member that has arguments only, as in the tutorial, is enough to derive from") {
    Derivation derive;
    derive.plan.nodes[0].args = {
        "-p", "4222", "-cluster", "nats://127.0.0.1:6222", "--user", "u", "--pass", "p"};
    derive.plan.nodes[1].args = {
        "-p", "4333", "-cluster", "nats://127.0.0.1:6333", "--user", "u", "--pass", "p"};
    const auto conf = derive.made();
    CHECK(conf.find("authorization")->find("user")->as_text() == "u");
    CHECK(conf.find("cluster")->find("routes")->items().size() == 2);
  }

  TEST_CASE("real servers of both lines take it") {
    Derivation derive;
    derive.folder.file("users.conf", kUsers);
    const auto plain = kConf.substr(0, kConf.find("tls {"));
    derive.confs(plain, plain);
    const auto text = actions::make_temp_conf(derive.plan);
    REQUIRE(text);
    const auto file = derive.folder.file("C.conf", *text);
    for (const auto* line : {"2.9", "2.10"}) {
      const auto outcome = exec::run_command(
          {{support::Release::real(line).binary.string(), "-t", "-c", file.string()}});
      CAPTURE(outcome->output);
      CHECK(outcome->ok());
    }
  }
}
