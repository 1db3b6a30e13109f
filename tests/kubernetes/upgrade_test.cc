// A StatefulSet as the official Helm chart makes it, upgraded under traffic: natsctl as its users
// have it, in the cluster's network.
#include "base/files.h"
#include "tests/kubernetes/kube_lab.h"
#include "tests/support/environment.h"
#include "tests/support/eventually.h"

#include <csignal>
#include <map>
#include <random>

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <sys/wait.h>

namespace {

using base::Json;
using kubernetes::image_of;
using kubernetes::Said;
using support::new_server;
using support::old_server;

constexpr auto kLong = std::chrono::minutes(4);
const std::vector<std::string> kPods = {"nats-0", "nats-1", "nats-2"};

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  REQUIRE_MESSAGE(at != std::string::npos, from);
  return text.replace(at, from.size(), to);
}

// Three servers with JetStream, and a natsctl with a state folder of its own.
class Cluster {
 public:
  explicit Cluster(const std::string& further_conf = "", bool with_temp_node = false) {
    REQUIRE(lab.exec({"kubectl", "create", "namespace", "shop"}).exit_code == 0);
    lab.image(old_server().binary, image_of(old_server()), {"logs"});
    auto yaml = *base::read_file(PROJECT_ROOT "/tests/kubernetes/nats.yaml");
    yaml = replaced(yaml, "pid_file:", further_conf + "pid_file:");
    if (with_temp_node) yaml = replaced(yaml, "no_advertise: true", "no_advertise: false");
    lab.apply(yaml);
    allow("rbac.yml", "natsctl");
    if (with_temp_node) allow("rbac-temp-node.yml", "natsctl-temp-node");
    support::eventually(
        "its Pods are ready", [&] { return ready() == 3; }, kLong);
    const auto set = lab.get("statefulset", "nats");
    strategy_ = set["spec"]["updateStrategy"];
    template_ = set["spec"]["template"];
    for (const auto& pod : kPods)
      uids_[pod] = lab.get("pod", pod)["metadata"]["uid"].text();
  }

  // What discover writes, with what only the operator knows: the traffic, haste.
  void write_plan(const std::string& image,
                  const std::string& how = "policy: { playbook: rolling, ") {
    const auto found = natsctl({"discover",
                                "--statefulset",
                                "nats",
                                "--namespace",
                                "shop",
                                "--release",
                                new_server().version,
                                "--image",
                                image,
                                "-o",
                                plan()});
    REQUIRE_MESSAGE(found.exit_code == 0, found.text);
    const auto text = *base::read_file(plan());
    write(text.substr(0, text.find("\npolicy:")) + "\n" + how);
  }

  // A plan up to its `policy: {`.
  void write(const std::string& text) const {
    const auto rest =
        "drain: { duration: 30s, grace: 1s }, gates: { hold: 1s, within: 90s } }\n"
        "probe: { rate: 50, subscribers: 3, max_lost: 0, max_gap: 30s }\n";
    REQUIRE(base::write_file(plan(), text + rest));
  }

  std::string plan() const { return (folder_ / "plan.yaml").string(); }

  std::vector<std::string> command(const std::vector<std::string>& words,
                                   const std::vector<std::string>& variables = {}) const {
    // With the rights of examples/statefulset/rbac.yml, and no others.
    std::vector<std::string> all = {"env", "KUBECONFIG=" + lab.user()};
    all.insert(all.end(), variables.begin(), variables.end());
    all.insert(all.end(), {BUILD_ROOT "/natsctl", "--state-dir", (folder_ / "state").string()});
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }

  Said natsctl(const std::vector<std::string>& words,
               const std::vector<std::string>& variables = {}) const {
    return lab.exec(command(words, variables));
  }

  void start(const std::vector<std::string>& words) {
    pid_ = lab.start(command(words), folder_ / "natsctl.log");
  }

  Said wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    const auto text = base::read_file(folder_ / "natsctl.log");
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), text ? *text : ""};
  }

  // Until it has said so.
  void wait_for(const std::string& words) const {
    support::eventually(
        "natsctl says " + words,
        [&] {
          const auto text = base::read_file(folder_ / "natsctl.log");
          return text && text->find(words, text->find(" run ")) != std::string::npos;
        },
        kLong);
  }

  int ready() const {
    return static_cast<int>(lab.get("statefulset", "nats")["status"]["readyReplicas"].integer());
  }

  std::string image(const std::string& pod) const {
    return lab.get("pod", pod)["spec"]["containers"].items().front()["image"].text();
  }

  bool is_another(const std::string& pod) const {
    return lab.get("pod", pod)["metadata"]["uid"].text() != uids_.at(pod);
  }

  // As it was: what natsctl changed for the run is taken back.
  void check_strategy() const {
    CHECK(lab.get("statefulset", "nats")["spec"]["updateStrategy"] == strategy_);
    for (const auto& pod : kPods)
      CHECK(lab.get("pod", pod)["metadata"]["finalizers"].is_null());
    CHECK(lab.kubectl({"get", "leases", "-o", "name"}).find("natsctl-") == std::string::npos);
  }

  void check_nothing_changed() const {
    check_strategy();
    CHECK(lab.get("statefulset", "nats")["spec"]["template"] == template_);
    for (const auto& pod : kPods)
      CHECK_FALSE(is_another(pod));
  }

  void check_all_old() const {
    check_strategy();
    CHECK(lab.get("statefulset", "nats")["spec"]["template"] == template_);
    for (const auto& pod : kPods)
      CHECK(image(pod) == image_of(old_server()));
  }

  bool has(const std::string& kind, const std::string& name) const {
    const auto names = lab.kubectl({"get", kind, "-o", "name"}) + "\n";
    return names.find("/" + name + "\n") != std::string::npos;
  }

  kubernetes::KubeLab lab;

 private:
  void allow(const std::string& file, const std::string& role) const {
    lab.apply(*base::read_file(PROJECT_ROOT "/examples/statefulset/" + file));
    lab.kubectl({"create", "rolebinding", role + "-test", "--role=" + role, "--user=natsctl"});
  }

  support::TempDir folder_;
  int pid_ = 0;
  Json strategy_;
  Json template_;
  std::map<std::string, std::string> uids_;
};

// A place in the run, at one of these steps, drawn by a seed.
std::string place_to_die(const std::vector<std::string>& steps) {
  const auto seed = support::number_from("NATSCTL_TEST_SEED", std::random_device{}());
  MESSAGE("NATSCTL_TEST_SEED=" << seed);
  std::mt19937_64 draw(seed);
  const std::vector<std::string> when = {"before", "amid", "after"};
  const std::vector<std::string> what = {"step_started", "step_finished"};
  return fmt::format("{} {} {}",
                     when[draw() % when.size()],
                     what[draw() % what.size()],
                     steps[draw() % steps.size()]);
}

std::vector<std::string> steps_of_members() {
  std::vector<std::string> steps;
  for (const auto& pod : kPods) {
    for (const auto* step : {"lame-duck", "stop-node", "install-release", "start-node"})
      steps.push_back(pod + "/" + step);
  }
  return steps;
}

// Killed there, and resumed.
void upgrade_killed_at(Cluster& cluster, const std::string& place) {
  CAPTURE(place);
  const auto killed = cluster.natsctl(
      {"upgrade", cluster.plan(), "--yes"},
      {"LD_PRELOAD=" BUILD_ROOT "/tests/rehearsal/kill_at.so", "NATSCTL_TEST_KILL=" + place});
  CHECK_MESSAGE(killed.exit_code == 128 + SIGKILL, killed.text);
  const auto resumed = cluster.natsctl({"resume"});
  CHECK_MESSAGE(resumed.exit_code == 0, resumed.text);
  for (const auto& pod : kPods) {
    CHECK(cluster.image(pod) == image_of(new_server()));
    CHECK(cluster.is_another(pod));
  }
  cluster.check_strategy();
}

}  // namespace

TEST_SUITE("rehearsal: kubernetes") {
  TEST_CASE("a StatefulSet goes from 2.9 to 2.10 under traffic, natsctl is killed on the way") {
    Cluster cluster;
    cluster.write_plan(image_of(new_server()));
    const auto check = cluster.natsctl({"check", cluster.plan()});
    CHECK_MESSAGE(check.exit_code == 0, check.text);
    cluster.check_nothing_changed();
    upgrade_killed_at(cluster, place_to_die(steps_of_members()));
    // The way back, node by node: the template first, then each Pod.
    const auto back = cluster.natsctl({"rollback"});
    CHECK_MESSAGE(back.exit_code == 6, back.text);
    cluster.check_all_old();
  }

  TEST_CASE("C is a Pod beside the members, and gone at the end, also when natsctl was killed") {
    Cluster cluster("", true);
    const std::string domain = ".shop.svc.cluster.local:";
    cluster.write_plan(image_of(new_server()),
                       "temp_node: { use: always, name: C, client: natsctl-c" + domain +
                           "4222, route: natsctl-c" + domain +
                           "6222, executor: { type: kubernetes } }\n"
                           "policy: { playbook: temp-node, ");
    const auto check = cluster.natsctl({"check", cluster.plan()});
    CHECK_MESSAGE(check.exit_code == 0, check.text);
    CHECK_FALSE(cluster.has("secrets", "natsctl-c"));
    upgrade_killed_at(cluster, place_to_die({"C/add-temp-node", "C/remove-temp-node"}));
    for (const auto* kind : {"pods", "services", "secrets"}) {
      CAPTURE(kind);
      CHECK_FALSE(cluster.has(kind, "natsctl-c"));
    }
  }

  TEST_CASE("an API server that is away for a minute is waited for") {
    Cluster cluster;
    cluster.write_plan(image_of(new_server()));
    cluster.start({"upgrade", cluster.plan(), "--yes"});
    cluster.wait_for("/install-release");
    cluster.lab.api("stop");
    std::this_thread::sleep_for(std::chrono::minutes(1));  // the failure itself, not a wait for it
    cluster.lab.api("start");
    const auto done = cluster.wait();
    CHECK_MESSAGE(done.exit_code == 0, done.text);
    for (const auto& pod : kPods)
      CHECK(cluster.image(pod) == image_of(new_server()));
    cluster.check_strategy();
  }

  TEST_CASE("an image that is missing, or of another architecture, is found before a change") {
    Cluster cluster;
    cluster.write_plan("localhost/nats:none");
    const auto missing = cluster.natsctl({"upgrade", cluster.plan(), "--yes"});
    CHECK_MESSAGE(missing.exit_code == 3, missing.text);
    CHECK_MESSAGE(missing.has("localhost/nats:none"), missing.text);
    cluster.check_nothing_changed();
    support::TempDir folder;
    const auto foreign = folder.file("nats-server",
                                     "\x7f"
                                     "ELF of some other machine");
    std::filesystem::permissions(foreign, std::filesystem::perms::owner_all);
    cluster.lab.image(foreign, "localhost/nats:foreign");
    std::filesystem::remove(cluster.plan());
    cluster.write_plan("localhost/nats:foreign");
    const auto wrong = cluster.natsctl({"upgrade", cluster.plan(), "--yes"});
    CHECK_MESSAGE(wrong.exit_code == 3, wrong.text);
    CHECK_MESSAGE(wrong.has("exec format error"), wrong.text);
    cluster.check_nothing_changed();
  }

  TEST_CASE("an image that does not come up: the old Pod serves again") {
    Cluster cluster("log_file: \"/logs/nats.log\"\n    ");
    // It takes the conf, and cannot run with it: it has no folder for the log.
    cluster.lab.image(new_server().binary, "localhost/nats:no-log");
    cluster.write_plan("localhost/nats:no-log");
    const auto failed = cluster.natsctl({"upgrade", cluster.plan(), "--yes"});
    CHECK_MESSAGE(failed.exit_code == 5, failed.text);
    CHECK_MESSAGE(failed.has("/logs/nats.log"), failed.text);
    cluster.check_all_old();
  }

  TEST_CASE("a Pod that no machine takes: said with the scheduler's words, and taken back later") {
    Cluster cluster;
    cluster.write_plan(image_of(new_server()));
    cluster.lab.kubectl({"cordon", "machine-1"});
    const auto stuck = cluster.natsctl({"upgrade", cluster.plan(), "--yes"});
    CHECK_MESSAGE(stuck.exit_code == 7, stuck.text);
    CHECK_MESSAGE(stuck.has("nodes are available"), stuck.text);
    cluster.lab.kubectl({"uncordon", "machine-1"});
    const auto resumed = cluster.natsctl({"resume"});
    CHECK_MESSAGE(resumed.exit_code == 5, resumed.text);
    cluster.check_all_old();
  }
}
