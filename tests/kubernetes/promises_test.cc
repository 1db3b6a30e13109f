#include "tests/kubernetes/kube_lab.h"
#include "tests/support/eventually.h"

#include <doctest/doctest.h>
#include <fmt/core.h>

namespace {

// A StatefulSet of one Pod in the network of the cluster's machine, so that the address stays;
// scaled to nothing by whoever made it.
struct PodMachine : support::Machine {
  PodMachine(kubernetes::KubeLab& cluster, bool with_hook, int number)
      : lab(cluster), name(fmt::format("nats{}", number)) {
    node.name = name + "-0";
    node.client = {"127.0.0.1", 4222};
    auto& spec = node.executor;
    spec.type = "kubernetes";
    spec.dir = folder / "state";
    spec.pod = node.name;
    spec.container = "nats";
    spec.name_space = "shop";
    spec.kubeconfig = lab.kubeconfig();
    spec.kubectl = lab.program();
    lab.apply(fmt::format(
        R"(
apiVersion: v1
kind: ConfigMap
metadata: {{ name: {0} }}
data:
  nats.conf: |
    lame_duck_duration: "30s"
    lame_duck_grace_period: "5s"
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {{ name: {0} }}
spec:
  serviceName: {0}
  replicas: 0
  selector: {{ matchLabels: {{ app: {0} }} }}
  template:
    metadata: {{ labels: {{ app: {0} }} }}
    spec:
      hostNetwork: true
      automountServiceAccountToken: false
      containers:
      - name: nats
        image: {1}
        imagePullPolicy: IfNotPresent
        args: ["-a", "127.0.0.1", "-p", "4222", "-c", "/etc/nats/nats.conf"]
        lifecycle: {{ {2} }}
        volumeMounts: [{{ name: conf, mountPath: /etc/nats }}]
      volumes: [{{ name: conf, configMap: {{ name: {0} }} }}]
)",
        name,
        kubernetes::image_of(support::old_server()),
        with_hook ? "preStop: { exec: { command: [nats-server, --signal, ldm=1] } }" : ""));
    again();
  }

  ~PodMachine() override {
    try {
      lab.kubectl({"delete", "statefulset", name, "--cascade=orphan"});
      lab.exec({"kubectl",
                "-n",
                "shop",
                "patch",
                "pod",
                node.name,
                "-p",
                R"({"metadata":{"finalizers":null}})"});
      lab.kubectl({"delete", "pod", node.name, "--ignore-not-found", "--grace-period=1"});
    } catch (const std::exception& failed) {
      std::fprintf(stderr, "%s\n", failed.what());
    }
  }

  void start_foreign() override {
    lab.kubectl({"scale", "statefulset", name, "--replicas=1"});
    until_listening();
  }

  void stop_foreign() override { lab.kubectl({"scale", "statefulset", name, "--replicas=0"}); }

  plan::Release to_stage(const support::Release& release) const override {
    plan::Release wanted{.version = release.version, .binary = {}, .sha256 = {}};
    wanted.image = kubernetes::image_of(release);
    return wanted;
  }

  plan::Release not_meant(plan::Release release) const override {
    release.image_id.assign(64, '0');
    return release;
  }

  kubernetes::KubeLab& lab;
  std::string name;
  support::TempDir folder;
};

}  // namespace

TEST_SUITE("exec: kubernetes") {
  TEST_CASE("a Pod of a real StatefulSet: every promise holds") {
    kubernetes::KubeLab lab;
    REQUIRE(lab.exec({"kubectl", "create", "namespace", "shop"}).exit_code == 0);
    int number = 0;
    for (const auto& promise : support::executor_promises()) {
      CAPTURE(promise.sentence);
      PodMachine machine(lab, true, ++number);
      promise.holds(machine);
    }
    for (const auto& promise : support::executor_promises()) {
      if (std::string(promise.sentence).find("drained server") == std::string::npos) continue;
      PodMachine machine(lab, false, ++number);
      promise.holds(machine);
    }
  }

  // Its kubelet starts again, within a second, whatever ends in a Pod that nobody has deleted.
  TEST_CASE("a Pod without a preStop does not serve again between its drain and the next release") {
    kubernetes::KubeLab lab;
    REQUIRE(lab.exec({"kubectl", "create", "namespace", "shop"}).exit_code == 0);
    PodMachine machine(lab, false, 1);
    support::TempDir folder;
    const auto slow = folder.file("kubectl",
                                  fmt::format("#!/bin/sh\n"
                                              "case \" $* \" in *' delete '*) sleep 2 ;; esac\n"
                                              "exec {} \"$@\"\n",
                                              lab.program()));
    std::filesystem::permissions(slow, std::filesystem::perms::owner_all);
    machine.node.executor.kubectl = slow;
    machine.again();
    machine.start_foreign();
    const auto found = machine.facts().running;
    REQUIRE(found);
    REQUIRE(machine.executor->adopt(support::old_server().version));
    const auto told = machine.executor->signal(exec::Signal::lame_duck, found->id);
    REQUIRE_MESSAGE(told, (told ? "" : told.error().what));
    machine.until_gone(found->id);
    const auto state = [&] {
      return lab.get("pod", machine.node.name)["status"]["containerStatuses"].items().front();
    };
    support::eventually("its Pod has ended",
                        [&] { return state()["state"].find("terminated") != nullptr; });
    CHECK(state()["restartCount"].integer() == 0);
  }
}
