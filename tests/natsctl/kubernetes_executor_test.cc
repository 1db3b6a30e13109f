#include "base/files.h"
#include "base/json.h"
#include "exec/make_executor.h"
#include "tests/support/eventually.h"
#include "tests/support/executor_promises.h"
#include "tests/support/ports.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace {

using base::Json;
using support::new_server;
using support::old_server;

std::string image_of(const support::Release& release) {
  return "nats:" + release.version;
}

// A StatefulSet of one Pod, scaled to nothing by whoever made it, in a Kubernetes that is a fake.
struct Pods : support::Machine {
  support::TempDir folder;
  bool has_hook;

  explicit Pods(bool hook = true) : has_hook(hook) {
    node.name = "nats-0";
    node.client = {"127.0.0.1", support::free_port()};
    auto& spec = node.executor;
    spec.type = "kubernetes";
    spec.dir = folder / "state";
    spec.pod = "nats-0";
    spec.container = "nats";
    spec.kubeconfig = folder / "cluster";
    spec.kubectl = BUILD_ROOT "/tests/support/fake_kubectl";
    auto images = Json::object();
    for (const auto& server : {old_server(), new_server()})
      images.set(image_of(server), server.binary.string());
    REQUIRE(base::write_file(folder / "nats.conf", "lame_duck_grace_period: \"1s\"\n"));
    REQUIRE(base::make_folder(folder / "cluster"));
    REQUIRE(base::write_file(folder / "cluster" / "images.json", images.dump()));
    kubectl({"create", "-o", "json", "-f", "-"}, stateful_set().dump());
    again();
  }

  ~Pods() override { static_cast<void>(exec::run_command(command({"end-all"}))); }

  exec::Command command(const std::vector<std::string>& words, const std::string& input = {}) {
    exec::Command command{{node.executor.kubectl, "--kubeconfig", node.executor.kubeconfig}};
    command.argv.insert(command.argv.end(), words.begin(), words.end());
    command.input = input;
    return command;
  }

  Json kubectl(const std::vector<std::string>& words, const std::string& input = {}) {
    const auto outcome = exec::run_command(command(words, input));
    REQUIRE(outcome);
    REQUIRE_MESSAGE(outcome->ok(), outcome->output);
    const auto json = Json::parse(outcome->output);
    return json ? *json : Json();
  }

  Json stateful_set() {
    const auto labels = Json::object({{"app", "nats"}});
    auto words = args();
    words.insert(words.end(), {"-c", folder / "nats.conf"});
    auto container =
        Json::object({{"name", "nats"}, {"image", image_of(old_server())}, {"args", Json(words)}});
    const auto hook = Json::object(
        {{"exec", Json::object({{"command", Json(std::vector<std::string>{"-sl=ldm"})}})}});
    if (has_hook) container.set("lifecycle", Json::object({{"preStop", hook}}));
    const auto pods =
        Json::object({{"metadata", Json::object({{"labels", labels}})},
                      {"spec", Json::object({{"containers", Json(Json::Array{container})}})}});
    return Json::object(
        {{"apiVersion", "apps/v1"},
         {"kind", "StatefulSet"},
         {"metadata", Json::object({{"name", "nats"}})},
         {"spec",
          Json::object({{"replicas", 0},
                        {"updateStrategy", Json::object({{"type", "RollingUpdate"}})},
                        {"selector", Json::object({{"matchLabels", labels}})},
                        {"template", pods}})}});
  }

  Json set() { return kubectl({"get", "statefulset", "nats", "-o", "json"}); }

  void scale(int replicas) {
    const auto change = Json::object({{"spec", Json::object({{"replicas", replicas}})}});
    kubectl({"patch", "statefulset", "nats", "--type", "merge", "-o", "json", "-p", change.dump()});
  }

  void start_foreign() override {
    scale(1);
    until_listening();
  }

  void stop_foreign() override { scale(0); }

  plan::Release to_stage(const support::Release& release) const override {
    plan::Release wanted{.version = release.version, .binary = {}, .sha256 = {}};
    wanted.image = image_of(release);
    return wanted;
  }

  plan::Release not_meant(plan::Release release) const override {
    release.image_id.assign(64, '0');
    return release;
  }
};

const Json& strategy(const Json& set) {
  return set["spec"]["updateStrategy"]["type"];
}

std::string template_image(const Json& set) {
  return set["spec"]["template"]["spec"]["containers"].items().front()["image"].text();
}

}  // namespace

TEST_SUITE("exec: kubernetes executor") {
  TEST_CASE("a Pod of a StatefulSet: every promise holds") {
    for (const auto& promise : support::executor_promises()) {
      SUBCASE(promise.sentence) {
        Pods machine;
        promise.holds(machine);
      }
    }
  }

  TEST_CASE("a Pod without a preStop is drained all the same") {
    for (const auto& promise : support::executor_promises()) {
      if (std::string(promise.sentence).find("drained") == std::string::npos) continue;
      SUBCASE(promise.sentence) {
        Pods machine(false);
        promise.holds(machine);
      }
    }
  }

  // Its kubelet starts again whatever ends in a Pod that nobody has deleted.
  TEST_CASE("a Pod without a preStop does not serve again between its drain and the next release") {
    Pods machine(false);
    machine.start_foreign();
    REQUIRE(machine.executor->adopt(old_server().version));
    const auto found = machine.facts().running;
    REQUIRE(machine.executor->signal(exec::Signal::lame_duck, found->id));
    machine.until_gone(found->id);
    CHECK_FALSE(machine.facts().running);
    const auto pod = machine.kubectl({"get", "pod", "nats-0", "-o", "json"});
    const auto& server = pod["status"]["containerStatuses"].items().front();
    CHECK(server["restartCount"].integer() == 0);
    CHECK(server["state"].find("terminated") != nullptr);
  }

  TEST_CASE("the update strategy is OnDelete for the run and then what it was before") {
    Pods machine;
    machine.start_foreign();
    const auto now = base::WallTime(std::chrono::hours(1));
    const auto later = now + std::chrono::minutes(1);
    REQUIRE(machine.executor->take_lock({"run-1", "here", later}, now));
    REQUIRE(machine.executor->adopt(old_server().version));
    REQUIRE(machine.executor->stage(machine.to_stage(new_server())));
    CHECK(strategy(machine.set()).text() == "RollingUpdate");
    const auto found = machine.facts().running;
    REQUIRE(machine.executor->signal(exec::Signal::lame_duck, found->id));
    machine.until_gone(found->id);
    REQUIRE(machine.executor->activate(new_server().version));
    CHECK(strategy(machine.set()).text() == "OnDelete");
    CHECK(template_image(machine.set()) == image_of(new_server()));
    // A run that rests here leaves it, since another strategy would go on without it; a resume
    // elsewhere finds all that it needs at the StatefulSet.
    REQUIRE(machine.executor->release_lock("run-1"));
    CHECK(strategy(machine.set()).text() == "OnDelete");
    machine.again();
    REQUIRE(machine.executor->take_lock({"run-2", "there", later}, now));
    REQUIRE(machine.executor->start({}));
    REQUIRE(machine.executor->release_lock("run-2"));
    CHECK(strategy(machine.set()).text() == "RollingUpdate");
    CHECK(machine.facts().running->release == new_server().version);
  }

  TEST_CASE("the way back is the former image, in the template too") {
    Pods machine;
    machine.start_foreign();
    REQUIRE(machine.executor->adopt(old_server().version));
    REQUIRE(machine.executor->stage(machine.to_stage(new_server())));
    const auto before = machine.set()["spec"]["template"];
    const auto found = machine.facts().running;
    REQUIRE(machine.executor->signal(exec::Signal::lame_duck, found->id));
    machine.until_gone(found->id);
    REQUIRE(machine.executor->activate(new_server().version));
    REQUIRE(machine.executor->revert());
    REQUIRE(machine.executor->start({}));
    CHECK(machine.facts().running->release == old_server().version);
    CHECK(machine.set()["spec"]["template"] == before);
  }

  TEST_CASE("an image that nobody has is found before anything is changed") {
    Pods machine;
    machine.start_foreign();
    auto wanted = machine.to_stage(new_server());
    wanted.image = "nats:none";
    const auto before = machine.set();
    const auto refused = machine.executor->stage(wanted);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what.find("ImagePullBackOff") != std::string::npos);
    CHECK(machine.set()["spec"] == before["spec"]);
    CHECK(machine.facts().running);
  }

  TEST_CASE("a temporary node is a Pod like the members', with a conf of its own, and then gone") {
    Pods machine;
    machine.start_foreign();
    auto node = machine.node;
    node.name = "C";
    node.client.port = support::free_port();
    node.config = machine.folder / "natsctl" / "C.conf";
    node.executor.dir = machine.folder / "natsctl";
    node.executor.pod = "natsctl-c";
    node.executor.like = "nats-0";
    const auto as_new = [&] { return exec::make_executor(node); };
    const auto members = machine.kubectl({"get", "pods", "-o", "json"})["items"];
    CHECK_FALSE(as_new()->facts()->running);
    REQUIRE(as_new()->stage(machine.to_stage(new_server())));
    REQUIRE(as_new()->activate(new_server().version));
    const auto conf = "listen: " + node.client.text() + "\nlame_duck_grace_period: \"1s\"\n";
    REQUIRE(as_new()->write_file(node.config, conf, true));
    CHECK(*as_new()->read_file(node.config) == conf);
    const auto id = as_new()->start({{"-c", node.config.string()}});
    REQUIRE_MESSAGE(id, (id ? "" : id.error().what));
    CHECK_FALSE(as_new()->start({}));
    const auto running = as_new()->facts()->running;
    REQUIRE(running);
    CHECK(running->id == *id);
    CHECK(running->release == new_server().version);
    // Whatever selects members does not select it.
    const auto pod = machine.kubectl({"get", "pod", "natsctl-c", "-o", "json"});
    CHECK(pod["metadata"]["labels"].find("app") == nullptr);
    CHECK(pod["metadata"]["finalizers"].is_null());
    REQUIRE(as_new()->signal(exec::Signal::lame_duck, *id));
    support::eventually("it has ended", [&] { return !*as_new()->runs(*id); });
    // It does not come back by itself.
    CHECK_FALSE(as_new()->facts()->running);
    CHECK(as_new()->last_output(5).find("Server Exiting") != std::string::npos);
    REQUIRE(as_new()->remove_file(node.config));
    REQUIRE(as_new()->remove_file(node.config));
    for (const auto* kind : {"pods", "services", "secrets"}) {
      CAPTURE(kind);
      const auto all = machine.kubectl({"get", kind, "-o", "json"});
      for (const auto& one : all["items"].items())
        CHECK(one["metadata"]["name"].text() != "natsctl-c");
    }
    CHECK(machine.kubectl({"get", "pods", "-o", "json"})["items"] == members);
  }
}
