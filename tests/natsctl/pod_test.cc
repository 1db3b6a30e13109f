#include "exec/pod.h"

#include "base/files.h"
#include "exec/kubectl.h"
#include "exec/pod_audit.h"
#include "exec/trial_pod.h"

#include <doctest/doctest.h>

// What a real Kubernetes (1.20.2) said of a StatefulSet as the official Helm chart makes it, and of
// Pods that do not start: data/kubernetes.
namespace {

using base::ErrorCode;
using base::Json;

Json recorded(const std::string& name) {
  const auto text =
      base::read_file(std::string(PROJECT_ROOT "/tests/natsctl/data/kubernetes/") + name + ".json");
  REQUIRE_MESSAGE(text, (text ? "" : text.error().what));
  return *Json::parse(*text);
}

Json changed(Json object, const std::vector<std::string>& path, const Json& value) {
  if (path.empty()) return value;
  const std::vector<std::string> rest(std::next(path.begin()), path.end());
  object.set(path.front(), changed(object[path.front()], rest, value));
  return object;
}

exec::StatefulSet set_of(const Json& told = recorded("statefulset")) {
  return exec::read_stateful_set(told, "nats");
}

exec::Pod pod_of(const Json& told = recorded("pod")) {
  return exec::read_pod(told, "nats");
}

plan::Node node() {
  plan::Node node;
  node.name = "nats-0";
  node.client = {"nats-0.nats-headless.shop.svc.cluster.local", 4222};
  node.executor.pod = "nats-0";
  node.executor.container = "nats";
  return node;
}

// As it should be.
exec::PodSurroundings all_well() {
  exec::PodSurroundings around;
  around.pods = {pod_of()};
  around.pods.front().revision = set_of().revision;
  around.budgets = Json(Json::Array{recorded("budget")});
  around.drain.duration = std::chrono::seconds(30);
  around.has_jetstream = true;
  return around;
}

// With one container of the Pod's changed.
Json with_container(const Json& pod, const std::string& key, const Json& value) {
  auto container = exec::container_in(pod["spec"], "nats");
  container.set(key, value);
  return changed(pod, {"spec", "containers"}, Json(Json::Array{container}));
}

std::string said(const std::vector<exec::Concern>& all, bool stops) {
  std::string text;
  for (const auto& concern : all) {
    CHECK_FALSE(concern.hint.empty());
    if (concern.stops == stops) text += concern.what + "\n";
  }
  return text;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("exec: pods") {
  TEST_CASE("a Pod's server is known by its container, and by nothing that comes back") {
    const auto pod = pod_of();
    CHECK(pod.running);
    CHECK(pod.name == "nats-0");
    CHECK(pod.machine == "machine-1");
    CHECK_FALSE(pod.leaving);
    auto other = pod;
    other.container_id += "0";
    CHECK_FALSE(exec::process_of(other) == exec::process_of(pod));
    CHECK(exec::process_of(pod_of()) == exec::process_of(pod));
  }

  TEST_CASE("why a Pod does not run is said in Kubernetes' own words") {
    const auto missing = exec::read_pod(recorded("pod-missing"), "missing");
    CHECK(has(missing.trouble, "Back-off pulling image \"localhost/nats:none\""));
    CHECK(exec::is_about_the_image(missing));
    CHECK_FALSE(missing.ended);
    const auto nowhere = exec::read_pod(recorded("pod-nowhere"), "nowhere");
    CHECK(nowhere.reason == "Unschedulable");
    CHECK(has(nowhere.trouble, "0/1 nodes are available"));
    const auto wrong = exec::read_pod(recorded("pod-wrong"), "wrong");
    CHECK(wrong.ended);
    CHECK(has(wrong.trouble, "unable to start container process"));
  }

  TEST_CASE("what natsctl writes down at the StatefulSet it reads again") {
    exec::PodRecord record;
    record.releases = {{"2.9.10", "nats:2.9.10"}, {"2.10.27", "nats@sha256:5f0c"}};
    record.active = "2.10.27";
    record.previous = "2.9.10";
    const auto told = changed(recorded("statefulset"),
                              {"metadata", "annotations", exec::record_key("nats-7")},
                              exec::to_json(record).dump());
    CHECK(*exec::read_record(set_of(told), "nats-7") == record);
    CHECK(*exec::read_record(set_of(told), "nats-8") == exec::PodRecord());
    CHECK(exec::release_of(record, "nats@sha256:5f0c") == "2.10.27");
    CHECK(exec::release_of(record, "nats:edge") == "");
    CHECK(exec::stateful_set_of("my-nats-12") == "my-nats");
    CHECK(exec::ordinal_of("my-nats-12") == 12);
  }

  TEST_CASE("nothing is to be said of a StatefulSet as the official chart makes it") {
    const auto concerns = exec::audit(set_of(), pod_of(), node(), all_well());
    CHECK(said(concerns, true) == "");
    CHECK(said(concerns, false) == "");
  }

  TEST_CASE("a grace period that ends in the middle of the lame duck stops an upgrade") {
    auto around = all_well();
    around.drain.duration = std::chrono::minutes(2);  // what a conf without a word means
    CHECK(has(said(exec::audit(set_of(), pod_of(), node(), around), true), "kills it 1m after"));
    const auto patient =
        pod_of(changed(recorded("pod"), {"spec", "terminationGracePeriodSeconds"}, 135));
    CHECK(said(exec::audit(set_of(), patient, node(), around), true) == "");
  }

  TEST_CASE("a Pod without a lame duck in its preStop is told of") {
    auto told = with_container(recorded("pod"), "lifecycle", nullptr);
    const auto concerns = exec::audit(set_of(), pod_of(told), node(), all_well());
    CHECK(has(said(concerns, false), "cuts its clients off"));
    // Its processes are shared, and the plan does not say which is the server's.
    CHECK(has(said(concerns, true), "share their processes"));
    auto named = node();
    named.pid_file = "/var/run/nats/nats.pid";
    CHECK(said(exec::audit(set_of(), pod_of(told), named, all_well()), true) == "");
  }

  TEST_CASE("probes that kill a server which is catching up are told of, when it has JetStream") {
    const auto get = Json::object({{"path", "/healthz"}, {"port", 8222}});
    const auto probe =
        Json::object({{"httpGet", get}, {"periodSeconds", 10}, {"failureThreshold", 3}});
    auto pods = recorded("statefulset")["spec"]["template"];
    for (const auto* kind : {"livenessProbe", "startupProbe"}) {
      const auto set = set_of(changed(
          recorded("statefulset"), {"spec", "template"}, with_container(pods, kind, probe)));
      auto around = all_well();
      CHECK(has(said(exec::audit(set, pod_of(), node(), around), false), kind));
      around.has_jetstream = false;
      CHECK(said(exec::audit(set, pod_of(), node(), around), false) == "");
    }
  }

  TEST_CASE("a budget lets one server go, not none and not two") {
    const auto budget = [](const char* key, const Json& value) {
      return Json::object({{"spec", Json::object({{key, value}})}});
    };
    CHECK(exec::allowed_by(budget("maxUnavailable", 1), 3) == 1);
    CHECK(exec::allowed_by(budget("maxUnavailable", "50%"), 3) == 2);
    CHECK(exec::allowed_by(budget("minAvailable", 3), 3) == 0);
    CHECK(exec::allowed_by(budget("minAvailable", "51%"), 3) == 1);
    CHECK_FALSE(exec::allowed_by(budget("selector", Json::object()), 3));
    auto around = all_well();
    const auto judged = [&](const Json& value) {
      around.budgets =
          Json(Json::Array{changed(recorded("budget"), {"spec", "maxUnavailable"}, value)});
      return said(exec::audit(set_of(), pod_of(), node(), around), false);
    };
    CHECK(has(judged(0), "lets no server go"));
    CHECK(has(judged(2), "lets 2 of 3 servers go"));
    around.budgets = Json::array();
    CHECK(has(said(exec::audit(set_of(), pod_of(), node(), around), false), "no PodDisruption"));
  }

  TEST_CASE("Pods one after the other, somebody's rollout and an operator are told of") {
    const auto ordered =
        set_of(changed(recorded("statefulset"), {"spec", "podManagementPolicy"}, "OrderedReady"));
    CHECK(has(said(exec::audit(ordered, pod_of(), node(), all_well()), false), "OrderedReady"));
    auto around = all_well();
    around.pods.front().revision = "nats-of-before";
    CHECK(has(said(exec::audit(set_of(), pod_of(), node(), around), true), "rollout"));
    const auto owner =
        Json::object({{"kind", "NatsCluster"}, {"name", "nats"}, {"controller", true}});
    const auto owned = set_of(changed(
        recorded("statefulset"), {"metadata", "ownerReferences"}, Json(Json::Array{owner})));
    CHECK(has(said(exec::audit(owned, pod_of(), node(), all_well()), true), "NatsCluster"));
  }

  TEST_CASE(
      "an address that the next Pod will not have stops an upgrade, and so does one that "
      "cannot be reached") {
    auto by_address = node();
    by_address.client.host = pod_of().address;
    CHECK(has(said(exec::audit(set_of(), pod_of(), by_address, all_well()), true), "gets another"));
    auto around = all_well();
    around.is_reachable = false;
    CHECK(has(said(exec::audit(set_of(), pod_of(), node(), around), true), "from here"));
  }

  TEST_CASE("rights that are missing are named") {
    const auto rule = [](const char* group, const char* resource, std::vector<std::string> verbs) {
      return Json::object({{"apiGroups", Json(std::vector<std::string>{group})},
                           {"resources", Json(std::vector<std::string>{resource})},
                           {"verbs", Json(std::move(verbs))}});
    };
    Json::Array rules = {rule("apps", "statefulsets", {"get", "patch"}),
                         rule("", "pods", {"get", "list", "create", "patch"}),
                         rule("", "pods/log", {"get"}),
                         rule("coordination.k8s.io", "leases", {"*"})};
    const auto rights = [&] { return Json::object({{"resourceRules", Json(rules)}}); };
    CHECK(exec::missing_rights(rights(), false) == "delete pods");
    CHECK(exec::missing_rights(rights(), true) == "delete pods, create pods/exec");
    rules.push_back(rule("*", "*", {"*"}));
    CHECK(exec::missing_rights(rights(), true) == "");
    CHECK(exec::missing_rights(Json(), true) == "");  // nobody told
  }

  TEST_CASE("a trial has the server's conf and variables, none of its storage, and no service") {
    const auto trial = exec::trial_pod(set_of(),
                                       {.name = "natsctl-trial-nats-0-7",
                                        .of = "nats-0",
                                        .container = "nats",
                                        .image = "nats:2.10.27",
                                        .args = {"-v"},
                                        .machine = "machine-1"});
    const auto& container = trial["spec"]["containers"].items().front();
    CHECK(container["args"].texts() == std::vector<std::string>{"-v"});
    CHECK(container["volumeMounts"].items().size() == 3);
    CHECK(container["env"].items().size() == 2);
    CHECK(trial["spec"]["nodeName"].text() == "machine-1");
    CHECK(trial["spec"]["restartPolicy"].text() == "Never");
    CHECK_FALSE(trial["metadata"]["labels"].find("app.kubernetes.io/name"));
    CHECK(trial["spec"]["volumes"].dump().find("laim") == std::string::npos);
  }

  TEST_CASE("kubectl's complaints are told apart") {
    const auto code = [](const char* text) { return exec::kubectl_trouble(text).code; };
    CHECK(code("Error from server (NotFound): pods \"nats-0\" not found") == ErrorCode::not_found);
    CHECK(code("Error from server (Conflict): Operation cannot be fulfilled") ==
          ErrorCode::protocol);
    CHECK(code("Error from server (AlreadyExists): leases \"x\" already exists") ==
          ErrorCode::protocol);
    CHECK(code("Error from server (Forbidden): pods is forbidden") == ErrorCode::refused);
    CHECK(code("The connection to the server 127.0.0.1:6443 was refused - did you specify the "
               "right host or port?") == ErrorCode::timeout);
    CHECK(exec::is_away("Unable to connect to the server: dial tcp: i/o timeout"));
    CHECK_FALSE(exec::is_away("Unable to connect to the server: dial tcp: lookup k: no such host"));
    CHECK_FALSE(exec::is_away("error: context \"prod\" does not exist"));
    CHECK(has(exec::kubectl_trouble("Error from server (Forbidden): x").what, "rbac.yml"));
  }
}
