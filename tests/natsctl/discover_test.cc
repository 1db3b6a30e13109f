#include "plan/discover.h"

#include "plan/plan_reader.h"
#include "plan/plan_writer.h"

#include <doctest/doctest.h>

namespace {

using namespace std::chrono_literals;

plan::Observed server(const std::string& name, int offset) {
  plan::Observed seen{.monitor = {"127.0.0.1", 8222 + offset}, .varz = {}};
  seen.varz.server_id = "ID-" + name;
  seen.varz.server_name = name;
  seen.varz.version = "2.10.27";
  seen.varz.host = "0.0.0.0";
  seen.varz.port = 4222 + offset;
  seen.varz.cluster.name = "shop";
  seen.varz.cluster.addr = "0.0.0.0";
  seen.varz.cluster.cluster_port = 6222 + offset;
  seen.binary = "/opt/nats/nats-server";
  seen.command = {"nats-server", "-c", name + ".conf", "--pid=/run/" + name + ".pid", "-D"};
  seen.folder = "/etc/nats";
  return seen;
}

plan::Wishes to(const std::string& version = "") {
  return {.file = "/cluster/plan.yaml", .version = version, .binary = {}};
}

}  // namespace

TEST_SUITE("natsctl: discover") {
  TEST_CASE("what runs becomes a plan that is right and says where everything is") {
    const auto found = plan::discover({server("b", 100), server("a", 0)}, to("2.10.28"));
    const auto text = plan::write_plan(found.plan, found.comments);
    base::Problems problems;
    const auto plan = plan::parse_plan("/cluster/plan.yaml", text, problems);
    REQUIRE_MESSAGE(plan, base::to_text(problems));
    CHECK(plan->cluster == "shop");
    CHECK(plan->release.binary == "/cluster/releases/2.10.28/nats-server");
    REQUIRE(plan->nodes.size() == 2);
    CHECK(plan->nodes[0].name == "a");
    CHECK(plan->nodes[0].client.text() == "127.0.0.1:4222");
    CHECK(plan->nodes[1].route.text() == "127.0.0.1:6322");
    CHECK(plan->nodes[0].config == "/etc/nats/a.conf");
    CHECK(plan->nodes[0].pid_file == "/run/a.pid");
    CHECK(plan->nodes[0].args == std::vector<std::string>{"--pid=/run/a.pid", "-D"});
    CHECK(plan->temp_node->node.client.text() == "127.0.0.1:4323");  // 4322 is b's
  }

  TEST_CASE("what was found over ssh is reached over ssh, and C is no unit of its member's") {
    auto a = server("a", 0);
    a.executor.type = "ssh";
    a.executor.host = "h1";
    a.executor.sudo = true;
    a.executor.service = "nats.service";
    const auto found = plan::discover({a}, to("2.10.28"));
    const auto text = plan::write_plan(found.plan, found.comments);
    base::Problems problems;
    const auto plan = plan::parse_plan("/cluster/plan.yaml", text, problems);
    REQUIRE_MESSAGE(plan, base::to_text(problems));
    const auto& executor = plan->nodes[0].executor;
    CHECK(executor.type == "ssh");
    CHECK(executor.host == "h1");
    CHECK(executor.sudo);
    CHECK(executor.service == "nats.service");
    CHECK(executor.dir == "/var/lib/natsctl/a");
    CHECK(plan->temp_node->node.executor.host == "h1");
    CHECK(plan->temp_node->node.executor.service == "");
    CHECK(plan->temp_node->node.executor.dir == "/var/lib/natsctl/temp");
    CHECK(found.plan.release.binary == "/cluster/releases/2.10.28/nats-server");
  }

  TEST_CASE("containers are reached where their ports are published, else at their own address") {
    auto a = server("a", 0);
    a.command = {"/nats-server", "-c", "/etc/nats/nats.conf", "-D"};
    a.executor.type = "docker";
    a.executor.container = "shop-a-1";
    a.monitor = {"127.0.0.1", 18222};
    a.published = {{4222, {"0.0.0.0", 14222}}, {8222, {"127.0.0.1", 18222}}};
    a.address = "172.20.0.11";
    a.image = "registry.example:5000/nats:2.9.10-alpine";
    const auto found = plan::discover({a}, to("2.10.28"));
    const auto text = plan::write_plan(found.plan, found.comments);
    base::Problems problems;
    const auto plan = plan::parse_plan("/cluster/plan.yaml", text, problems);
    REQUIRE_MESSAGE(plan, base::to_text(problems));
    const auto& node = plan->nodes[0];
    CHECK(node.client.text() == "127.0.0.1:14222");
    CHECK(node.route.text() == "172.20.0.11:6222");
    CHECK(node.config == "/etc/nats/nats.conf");
    CHECK(node.args == std::vector<std::string>{"-D"});
    CHECK(node.executor.container == "shop-a-1");
    CHECK(plan->release.image == "registry.example:5000/nats:2.10.28");
    CHECK(plan->release.binary.empty());
    CHECK_FALSE(plan->temp_node);  // it would be a process, and no program is named
    a.varz.host = "10.0.0.1";      // as client_advertise makes a server say it
    a.varz.port = 14222;
    CHECK(plan::discover({a}, to()).plan.nodes[0].client.text() == "10.0.0.1:14222");
    auto wishes = to("2.10.28");
    wishes.binary = "/cluster/nats-server";
    CHECK(plan::discover({a}, wishes).plan.temp_node->node.executor.is_plain_process());
  }

  TEST_CASE("without a wish the plan names what runs now and asks for more") {
    const auto found = plan::discover({server("a", 0)}, to());
    CHECK(found.plan.release.version == "2.10.27");
    CHECK(found.plan.release.binary == "/opt/nats/nats-server");
    CHECK(found.comments.at("release").starts_with("What runs now."));
  }

  TEST_CASE("a server without a name of its own gets one, and a made-up cluster name is left out") {
    auto nameless = server("NDZ4", 0);
    nameless.varz.server_name = nameless.varz.server_id;
    nameless.varz.cluster.name = "p4kkTqTYrDu6tjcyhJX1Vd";
    const auto found = plan::discover({nameless}, to());
    CHECK(found.plan.nodes[0].name == "A");
    CHECK(found.comments.at("nodes[0]").find("server_name") != std::string::npos);
    CHECK(found.plan.cluster == "");
  }

  TEST_CASE("a member that was not asked is remarked, one asked twice is taken once") {
    auto a = server("a", 0);
    a.routez.emplace().peers = {{.remote_id = "ID-b", .remote_name = "b", .ip = "10.0.0.2"}};
    const auto found = plan::discover({a, a}, to());
    CHECK(found.plan.nodes.size() == 1);
    CHECK(found.remarks.front() ==
          "no conf file was read: if one sets lame_duck_duration or lame_duck_grace_period, write "
          "the same in "
          "policy.drain");
    CHECK(found.remarks.back() ==
          "b at 10.0.0.2 is a member too and was not asked: give its monitoring address as well");
  }

  TEST_CASE("lame duck settings are read from the conf") {
    auto a = server("a", 0);
    a.conf =
        contract::parse_conf("lame_duck_duration: \"45s\"\nlame_duck_grace_period: 5", "a.conf")
            .
            operator*();
    const auto found = plan::discover({a}, to());
    CHECK(found.plan.policy.drain.duration == 45s);
    CHECK(found.plan.policy.drain.grace == 5s);
  }

  TEST_CASE(
      "a process that is not on this machine is remarked, a password among arguments is warned "
      "of") {
    auto remote = server("a", 0);
    remote.command.clear();
    CHECK(
        plan::discover({remote}, to()).remarks.front().starts_with("a: its process was not found"));
    auto loud = server("a", 0);
    loud.command = {"nats-server", "--user", "ann", "--pass", "secret"};
    CHECK(plan::discover({loud}, to()).comments.contains("nodes[0].args"));
  }

  TEST_CASE("the temporary node takes ports that are free, servers of another cluster name it") {
    auto wishes = to();
    wishes.is_free = [](int port) { return port != 4323; };
    auto other = server("b", 100);
    other.varz.cluster.name = "bar";
    const auto found = plan::discover({server("a", 0), other}, wishes);
    CHECK(found.plan.temp_node->node.client.port == 4324);
    CHECK(found.plan.cluster == "shop");
    CHECK(found.plan.nodes[0].cluster.empty());
    CHECK(found.plan.nodes[1].cluster == "bar");
  }

  TEST_CASE("a leaf node server is in no cluster, and members with gateways get a temporary node") {
    auto member = server("b", 100);
    auto leaf = server("a", 0);
    leaf.varz.cluster = {};
    leaf.varz.cluster.name = "a";  // as 2.10 says it
    auto found = plan::discover({leaf, member}, to());
    CHECK(found.plan.cluster == "shop");
    CHECK(found.plan.nodes[0].cluster == "a");
    CHECK(found.plan.nodes[1].cluster.empty());
    member.varz.gateway = base::Json::object({{"name", "shop"}});
    found = plan::discover({member}, to());
    CHECK(found.plan.temp_node);
  }

  TEST_CASE("a command line gives conf and pid file, in every form that nats-server takes") {
    using Words = std::vector<std::string>;
    for (const auto& words : {Words{"n", "-c", "a.conf", "-P", "p", "-V"},
                              Words{"n", "--config", "a.conf", "-P", "p", "-V"},
                              Words{"n", "-config=a.conf", "-P", "p", "-V"}}) {
      const auto line = plan::read_command_line(words, "/etc");
      CHECK(line.config == "/etc/a.conf");
      CHECK(line.pid_file == "/etc/p");
      CHECK(line.args == Words{"-P", "p", "-V"});
    }
  }

  TEST_CASE("nothing seen is no plan, and no crash") {
    CHECK(plan::discover({}, to()).plan.nodes.empty());
  }
}
