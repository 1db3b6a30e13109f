#include "tests/kubernetes/kube_lab.h"

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
        args: ["-a", "127.0.0.1", "-p", "4222"]
        lifecycle: {{ {2} }}
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
}
