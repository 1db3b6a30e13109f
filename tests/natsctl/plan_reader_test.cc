#include "tests/natsctl/plan_fixture.h"

#include <doctest/doctest.h>

using namespace plan_test;
using namespace std::chrono_literals;

TEST_SUITE("natsctl: plan reader") {
  TEST_CASE("a right plan is read whole") {
    const auto [plan, problems] = read(kRight);
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->file == "/cluster/plan.yaml");
    CHECK(plan->cluster == "demo");
    CHECK(plan->release == plan::Release{"2.10.28", "/cluster/releases/2.10.28/nats-server", ""});
    REQUIRE(plan->nodes.size() == 2);
    CHECK(plan->nodes[1].name == "B");
    CHECK(plan->nodes[1].client.text() == "127.0.0.1:4333");
    CHECK(plan->nodes[1].line == 9);
    CHECK(plan->policy.drain.grace == 10s);
    CHECK(plan->policy.playbook == "temp-node");
    CHECK_FALSE(plan->probe);
  }

  TEST_CASE("nodes may be containers, with an image for a release, and C a process beside them") {
    const auto text = with("  binary: releases/{release.version}/nats-server\nnodes:",
                           "  image: nats:{release.version}\n"
                           "defaults: { executor: { type: docker, container: 'shop-{node}' } }\n"
                           "nodes:");
    const auto without_c = with(
        "temp_node:\n  name: C\n  client: 127.0.0.1:4444\n"
        "  route: 127.0.0.1:6444\n",
        "",
        text);
    const auto [plan, problems] = read(without_c);
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->release.image == "nats:2.10.28");
    CHECK(plan->release.binary.empty());
    CHECK(plan->nodes[1].executor.is_container());
    CHECK(plan->nodes[1].executor.container == "shop-B");
    CHECK(plan->nodes[1].executor.dir == "/cluster/state/B");
    CHECK(read(text).problems ==
          "/cluster/plan.yaml:4:1: release: the key 'binary' is missing; C is no container\n");
    const auto with_c = read(with("  name: C", "  name: C\n  binary: c/nats-server", text));
    REQUIRE_MESSAGE(with_c.plan, with_c.problems);
    CHECK(with_c.plan->temp_node->node.executor.is_plain_process());
  }

  TEST_CASE("a Pod is one of a StatefulSet, called as its server unless the plan says otherwise") {
    const auto text = with("nodes:",
                           "defaults: { executor: { type: kubernetes, namespace: shop, pod: "
                           "'nats-{node}-0' } }\nnodes:",
                           with("  version: 2.10.28", "  version: 2.10.28\n  image: 'nats:2'"));
    const auto [plan, problems] = read(text);
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->nodes[1].executor.is_pod());
    CHECK(plan->nodes[1].executor.pod == "nats-B-0");
    CHECK(plan->nodes[1].executor.container == "nats");
    CHECK(plan->nodes[1].executor.name_space == "shop");
    CHECK(plan->temp_node->node.executor.is_plain_process());
  }

  TEST_CASE("a temporary node in a Pod lies beside the member that it is like") {
    const auto image = with("  version: 2.10.28", "  version: 2.10.28\n  image: 'nats:2'");
    const auto member = with("monitor: 127.0.0.1:8333 }",
                             "monitor: 127.0.0.1:8333, executor: { type: kubernetes, pod: nats-0, "
                             "namespace: shop, context: prod, container: server } }",
                             image);
    const auto text = with("  name: C", "  name: C\n  executor: { type: kubernetes }", member);
    const auto [plan, problems] = read(text);
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->temp_node->like == "B");
    const auto& own = plan->temp_node->node.executor;
    CHECK(own.is_temporary_pod());
    CHECK(own.like == "nats-0");
    CHECK(own.pod == "natsctl-c");
    CHECK(own.dir == "/etc/natsctl");
    CHECK(own.name_space == "shop");
    CHECK(own.context == "prod");
    CHECK(own.container == "server");
    // A StatefulSet would take it for one of its own.
    CHECK(read(with("{ type: kubernetes }\n", "{ type: kubernetes, pod: nats-7 }\n", text))
              .problems.find("'nats-7' is what a StatefulSet calls its Pods") != std::string::npos);
  }

  TEST_CASE(
      "a temporary node without further words is like the first member and is watched above its "
      "port") {
    const auto [plan, problems] = read(kRight);
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->temp_node->use == plan::TempNode::Use::automatic);
    CHECK(plan->temp_node->like == "A");
    CHECK(plan->temp_node->node.monitor.text() == "127.0.0.1:8444");
    CHECK(plan->temp_node->node.executor.dir == "/cluster/state/C");
    CHECK(plan->temp_node->ttl == 4h);
    CHECK(plan->find("C") == &plan->temp_node->node);
    CHECK(plan->find("D") == nullptr);
  }

  TEST_CASE("what every node has stands in defaults once, and a node may say otherwise") {
    const auto text =
        with("nodes:\n",
             "defaults:\n"
             "  executor: { dir: 'run/{node}' }\n"
             "  config: conf/{node}.conf\n"
             "  monitor: { port: 8222 }\n"
             "nodes:\n"
             "  - { name: D, client: 10.0.0.4:4222, route: 10.0.0.4:6222, config: d.conf }\n"
             "  - { name: E, client: 10.0.0.5:4222, route: 10.0.0.5:6222 }\n");
    const auto [plan, problems] = read(text);
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->nodes[0].config == "/cluster/d.conf");
    CHECK(plan->nodes[1].config == "/cluster/conf/E.conf");
    CHECK(plan->nodes[1].executor.dir == "/cluster/run/E");
    CHECK(plan->nodes[1].monitor.text() == "10.0.0.5:8222");
    CHECK(plan->nodes[2].monitor.text() == "127.0.0.1:8222");
    CHECK(plan->temp_node->node.executor.dir == "/cluster/run/C");
    CHECK(plan->temp_node->node.config.empty());
  }

  TEST_CASE(
      "variables of the environment are filled in, and a missing one is a mistake with its place") {
    const auto [plan, problems] = read(with("releases/", "${HOME}/releases/"));
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->release.binary == "/home/ann/releases/2.10.28/nats-server");
    CHECK(read(with("releases/", "${RELEASES}/")).problems ==
          "/cluster/plan.yaml:6:3: release.binary: the environment variable RELEASES is not set; "
          "export it, or "
          "write the value here\n");
  }

  TEST_CASE("all further parts of a plan are read") {
    const auto [plan, problems] = read(kRight + R"(  gates: { hold: 3s, within: 1m, max_age: 4s }
  canary: { nodes: 1, soak: 2m }
  on_failure: rollback
  playbook: ./mine.yaml
probe: { rate: 10, max_gap: 1s, subscribers: 4, requests: 0, access: { creds: probe.creds } }
access: { user: ann, password_env: SECRET, ca: ca.pem }
hooks: { before_node: "echo ${X} {node}" }
)");
    REQUIRE_MESSAGE(plan, problems);
    CHECK(plan->policy.gates.max_age == 4s);
    CHECK(plan->policy.canary.soak == 2min);
    CHECK(plan->policy.on_failure == plan::OnFailure::rollback);
    CHECK(plan->policy.playbook == "/cluster/mine.yaml");
    CHECK(plan->probe->rate == 10);
    CHECK(plan->probe->subscribers == 4);
    CHECK(plan->probe->requests == 0);
    CHECK(plan->probe->access.creds == "/cluster/probe.creds");
    CHECK(plan->access.password.variable == "SECRET");
    CHECK(plan->access.ca == "/cluster/ca.pem");
    CHECK(plan->hooks.before_node == std::vector<std::string>{"echo ${X} {node}"});
  }

  TEST_CASE("a version may carry a v, which no server reports") {
    CHECK(read(with("2.10.28", "v2.10.28")).plan->release.version == "2.10.28");
  }
}

TEST_SUITE("natsctl: mistakes in a plan") {
  TEST_CASE("every mistake is named at once, by line and column, with what was meant") {
    const auto text = with(
        "  version: 2.10.28\n",
        "  versoin: 2.10.28\n",
        with("duration: 30s", "duration: soon", with("client: 127.0.0.1:4333", "client: here")));
    CHECK(read(text).problems ==
          "/cluster/plan.yaml:4:1: release: the key 'version' is missing\n"
          "/cluster/plan.yaml:5:3: release: unknown key 'versoin'; did you mean 'version'?\n"
          "/cluster/plan.yaml:6:3: release.binary: there is no variable {release.version}; known "
          "here: none. For "
          "a brace write two\n"
          "/cluster/plan.yaml:9:16: nodes[1].client: 'here' is not an address; write it like "
          "127.0.0.1:4222\n"
          "/cluster/plan.yaml:15:12: policy.drain.duration: 'soon' is not a duration; write it "
          "like 30s, 2m30s or "
          "250ms\n");
  }

  TEST_CASE("each mistake alone is told once, in a sentence that helps") {
    struct Row {
      std::string from, to, problem;
    };

    const std::vector<Row> rows = {
        {"kind: ClusterPlan",
         "kind: Playbook",
         "2:1: kind: this file is a Playbook, a ClusterPlan is wanted; give the plan, and name "
         "this file in its "
         "policy.playbook"},
        {"natsctl/v1",
         "natsctl/v2",
         "1:1: apiVersion: 'natsctl/v1' is wanted here, this is 'natsctl/v2'"},
        {"name: B",
         "name: A",
         "9:7: nodes[1].name: 'A' is the name of nodes[0] already; two servers of one name shut "
         "each other's routes; "
         "name each its own"},
        {"name: B",
         "name: cluster",
         "9:7: nodes[1].name: a node cannot be called 'cluster'; steps of the whole cluster go by "
         "that name"},
        {"name: B",
         "name: B/2",
         "9:7: nodes[1].name: 'B/2' is no name for a node; letters, digits, '_', '.' and '-' only"},
        {"127.0.0.1:4333",
         "localhost:6222",
         "9:16: nodes[1].client: localhost:6222 is taken: it is A's route port; give each its own "
         "port"},
        {"127.0.0.1:4444",
         "0.0.0.0:8333",
         "12:3: temp_node.client: 0.0.0.0:8333 is taken: it is B's monitor port; give each its own "
         "port"},
        {"route: 127.0.0.1:6333, ",
         "",
         "9:5: nodes[1].route: missing; members of a cluster find each other there"},
        {"client: 127.0.0.1:4333, ", "", "9:5: nodes[1]: the key 'client' is missing"},
        {"client: 127.0.0.1:4333",
         "client: 4333",
         "9:16: nodes[1].client: an address is wanted here, this is a port only; write it like "
         "127.0.0.1:4222"},
        {"  name: C",
         "  name: A",
         "11:3: temp_node.name: 'A' is the name of a member; the temporary node is a further "
         "server; give it a name "
         "of its own"},
        {"  name: C",
         "  name: C\n  like: AA",
         "12:3: temp_node.like: there is no member 'AA'; did you mean 'A'?"},
        {"  name: C",
         "  name: C\n  use: maybe",
         "12:3: temp_node.use: 'maybe' is not one of auto, always, never"},
        {"  name: C",
         "  name: C\n  config: c.conf",
         "12:3: temp_node: unknown key 'config'; known here: use, name, client, route, monitor, "
         "executor, like, "
         "binary, ttl"},
        {"grace: 10s",
         "grace: 30s",
         "15:27: policy.drain.grace: the grace period (30s) must be shorter than the duration "
         "(30s); nats-server "
         "refuses such a pair; both are in its conf as lame_duck_…"},
        {"  drain:",
         "  on_failure: panic\n  drain:",
         "15:3: policy.on_failure: 'panic' is not one of pause, rollback"},
        {"  drain:",
         "  accept: [strict-ap]\n  drain:",
         "15:3: policy.accept: there is no rule 'strict-ap'; did you mean 'strict-api'?"},
        {"  version: 2.10.28",
         "  version: newest",
         "5:3: release.version: 'newest' is not a server version; write it like 2.10.27, as /varz "
         "says it"},
        {"  version: 2.10.28",
         "  version: 2.10.28\n  sha256: abc",
         "6:3: release.sha256: a SHA-256 is 64 hex digits, this is 3 characters; `sha256sum FILE` "
         "prints it"},
        {"releases/{release.version}",
         "https://example.com",
         "6:3: release.binary: 'https://example.com/nats-server' is a URL; a path on this machine "
         "is wanted; download "
         "it first and name the file"},
        {"monitor: 127.0.0.1:8333 }",
         "monitor: 127.0.0.1:8333, executor: { type: nomad } }",
         "9:100: nodes[1].executor.type: there is no executor 'nomad'; 'process' is: servers on "
         "this machine; 'ssh': on others; 'docker' and 'podman': in containers; 'kubernetes': in "
         "Pods of a StatefulSet"},
        {"monitor: 127.0.0.1:8333 }",
         "monitor: 127.0.0.1:8333, executor: { type: kubernetes } }",
         "4:1: release: the key 'image' is missing; B is a container, and runs no program of this "
         "machine; name its image, as nats:2.10.27\n"
         "/cluster/plan.yaml:9:88: nodes[1].executor: 'B' is no Pod of a StatefulSet; its Pods are "
         "named like nats-0: add pod: NAME-NUMBER to executor"},
        {"monitor: 127.0.0.1:8333 }",
         "monitor: 127.0.0.1:8333, executor: { context: prod } }",
         "9:88: nodes[1].executor: executor.pod, namespace, context, kubeconfig and kubectl are "
         "for "
         "type: kubernetes; add type: kubernetes"},
        {"monitor: 127.0.0.1:8333 }",
         "monitor: 127.0.0.1:8333, executor: { type: docker } }",
         "4:1: release: the key 'image' is missing; B is a container, and runs no program of this "
         "machine; name its image, as nats:2.10.27\n"
         "/cluster/plan.yaml:9:88: nodes[1].executor: the executor 'docker' wants to know the "
         "container; add container: NAME to executor"},
        {"  name: C",
         "  name: C\n  executor: { type: podman, container: c }",
         "12:3: temp_node.executor: the temporary node is a process or a Pod, not a container; say "
         "type: process, on a machine that reaches the containers' networks"},
        {"  name: C",
         "  name: C\n  executor: { type: kubernetes }",
         "4:1: release: the key 'image' is missing; C is a container, and runs no program of this "
         "machine; name its image, as nats:2.10.27\n"
         "/cluster/plan.yaml:12:3: temp_node.executor: a temporary node in a Pod is made like a "
         "member's Pod; name such a member in temp_node.like, or say type: process"},
        {"  binary: releases/{release.version}/nats-server\n",
         "",
         "4:1: release: the key 'binary' is missing"},
        {"  binary: releases",
         "  image_archive: nats.tar\n  binary: releases",
         "4:1: release: image_id and image_archive are of an image, and none is named; add image:"},
        {"monitor: 127.0.0.1:8333 }",
         "monitor: 127.0.0.1:8333, executor: { type: ssh } }",
         "9:88: nodes[1].executor: the executor 'ssh' wants to know the host; add host: user@h1 to "
         "executor"},
        {"monitor: 127.0.0.1:8333 }",
         "monitor: 127.0.0.1:8333, executor: { service: nats-server, start: ./go } }",
         "9:88: nodes[1].executor: executor.service and start, stop or hold are two ways to the "
         "same; keep one"},
        {"cluster: demo",
         "cluster: demo\ncluster: other",
         "4:1: cluster: the key 'cluster' stands twice; the first is in line 3; keep one"},
    };
    for (const auto& [from, to, problem] : rows) {
      CAPTURE(to);
      const auto [plan, problems] = read(with(from, to));
      CHECK_FALSE(plan);
      CHECK(problems == "/cluster/plan.yaml:" + problem + "\n");
    }
  }

  TEST_CASE("a mistake in defaults is told once, where it stands, however many nodes take it") {
    const auto text = with("nodes:\n", "defaults: { clint: 1, pid_file: '{nod}.pid' }\nnodes:\n");
    CHECK(read(text).problems ==
          "/cluster/plan.yaml:7:13: defaults: unknown key 'clint'; did you mean 'client'?\n"
          "/cluster/plan.yaml:7:23: defaults.pid_file: there is no variable {nod}; known here: "
          "{node}, "
          "{release.version}. For a brace write two\n");
  }

  TEST_CASE("a file that is no YAML, no map or empty is one clear mistake") {
    CHECK(read("nodes: [a, b").problems.find("this is not readable YAML") != std::string::npos);
    CHECK(read("just words\n").problems ==
          "/cluster/plan.yaml:1:1: a ClusterPlan is wanted here: a map that starts with apiVersion "
          "and kind\n");
    CHECK(read("").problems == "/cluster/plan.yaml:1:1: the file is empty\n");
  }
}
