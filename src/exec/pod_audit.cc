#include "exec/pod_audit.h"

#include "base/text.h"

#include <algorithm>

#include <fmt/core.h>

namespace exec {

namespace {

using base::Json;

// Beside its duration a lame duck stops JetStream and closes what is left.
constexpr std::chrono::seconds kMargin(15);
// A server with much JetStream data takes minutes until it is current.
constexpr std::chrono::seconds kLittleTime = std::chrono::minutes(5);

const Json& template_of(const StatefulSet& set) {
  return set.told["spec"]["template"]["spec"];
}

// Asks for all that JetStream has to be current. Source: nats-server server/monitor.go,
// HandleHealthz
bool wants_jetstream_current(const Json& probe) {
  const auto path = probe["httpGet"]["path"].text();
  return path.starts_with("/healthz") && path.find("js-enabled") == std::string::npos &&
         path.find("js-server-only") == std::string::npos;
}

std::chrono::seconds patience_of(const Json& probe) {
  return std::chrono::seconds(probe["initialDelaySeconds"].integer() +
                              probe["periodSeconds"].integer(10) *
                                  probe["failureThreshold"].integer(3));
}

void check_stop(std::vector<Concern>& concerns,
                const StatefulSet& set,
                const Json& spec,
                const plan::Node& node,
                const plan::Policy::Drain& drain) {
  const auto& container = container_in(spec, node.executor.container);
  if (!has_lame_duck_hook(container)) {
    concerns.push_back(
        {fmt::format("a Pod of {} that is deleted cuts its clients off: its preStop begins no lame "
                     "duck",
                     set.name),
         "natsctl itself drains it, by exec; for the rest: lifecycle: { preStop: { exec: { "
         "command: "
         "[nats-server, -sl=ldm=/var/run/nats/nats.pid] } } }",
         false});
    if (node.pid_file.empty() && spec["shareProcessNamespace"].boolean()) {
      concerns.push_back({fmt::format("the containers of {} share their processes, so the server's "
                                      "number is not known",
                                      set.name),
                          "say in the plan where it writes it: pid_file: /var/run/nats/nats.pid"});
    }
  }
  const std::chrono::seconds grace(spec["terminationGracePeriodSeconds"].integer(30));
  const auto wanted = std::chrono::ceil<std::chrono::seconds>(drain.duration) + kMargin;
  if (grace >= wanted) return;
  concerns.push_back(
      {fmt::format("Kubernetes kills it {} after its lame duck begins, which takes up to {}",
                   base::format_duration(grace),
                   base::format_duration(drain.duration)),
       fmt::format("terminationGracePeriodSeconds: {} (or a shorter lame_duck_duration), and Pods "
                   "that were made since",
                   wanted.count())});
}

void check_probes(std::vector<Concern>& concerns,
                  const Json& container,
                  const PodSurroundings& around) {
  if (!around.has_jetstream) return;
  const auto& liveness = container["livenessProbe"];
  if (wants_jetstream_current(liveness)) {
    concerns.push_back({fmt::format("its livenessProbe kills a server that takes more than {} to "
                                    "catch up, over and over",
                                    base::format_duration(patience_of(liveness))),
                        "ask for /healthz?js-enabled-only=true there",
                        false});
  }
  const auto& startup = container["startupProbe"];
  if (wants_jetstream_current(startup) && patience_of(startup) < kLittleTime) {
    concerns.push_back({fmt::format("its startupProbe kills a server that is not current {} after "
                                    "its start",
                                    base::format_duration(patience_of(startup))),
                        "a higher failureThreshold: the official chart has 90 times 10s",
                        false});
  }
}

bool selects(const Json& budget, const Json& labels) {
  const auto& wanted = budget["spec"]["selector"]["matchLabels"].fields();
  return !wanted.empty() && std::all_of(wanted.begin(), wanted.end(), [&](const auto& label) {
    return labels[label.first].text() == label.second.text();
  });
}

void check_budget(std::vector<Concern>& concerns, const StatefulSet& set, const Json& budgets) {
  const auto& labels = set.told["spec"]["template"]["metadata"]["labels"];
  bool any = false;
  for (const auto& budget : budgets.items()) {
    if (!selects(budget, labels)) continue;
    any = true;
    const auto allowed = allowed_by(budget, set.replicas);
    if (!allowed || *allowed == 1) continue;
    const auto name = budget["metadata"]["name"].text();
    concerns.push_back(
        {*allowed <= 0
             ? fmt::format("PodDisruptionBudget {} lets no server go: a machine is never drained",
                           name)
             : fmt::format("PodDisruptionBudget {} lets {} of {} servers go at once: somebody who "
                           "drains machines meanwhile may take one beside natsctl's",
                           name,
                           *allowed,
                           set.replicas),
         "maxUnavailable: 1",
         false});
  }
  if (any || set.replicas < 2) return;
  concerns.push_back({fmt::format("no PodDisruptionBudget covers {}: somebody who drains machines "
                                  "may take several servers at once",
                                  set.name),
                      "one with maxUnavailable: 1",
                      false});
}

void check_policy(std::vector<Concern>& concerns, const StatefulSet& set) {
  if (set.told["spec"]["podManagementPolicy"].text("OrderedReady") == "Parallel") return;
  concerns.push_back(
      {fmt::format("{} makes its Pods one after the other (OrderedReady): one that does not get "
                   "ready keeps those after it from being made again",
                   set.name),
       "podManagementPolicy: Parallel, as the official chart has it; it cannot be changed in place",
       false});
}

// Somebody else's change that has not reached every Pod.
void check_rollout(std::vector<Concern>& concerns,
                   const StatefulSet& set,
                   const std::vector<Pod>& pods) {
  const auto former = former_strategy(set);
  if (former && !former->is_null()) {
    concerns.push_back(
        {fmt::format("an interrupted run of natsctl left {} with OnDelete", set.name),
         "natsctl resume; or, to leave it as it is, take its annotation natsctl/… "
         "away and write the strategy that it has there",
         false});
    return;
  }
  std::vector<std::string> behind;
  for (const auto& pod : pods) {
    if (pod.revision != set.revision) behind.push_back(pod.name);
  }
  if (behind.empty()) return;
  const bool rolls = set.told["spec"]["updateStrategy"]["type"].text() != "OnDelete";
  concerns.push_back({fmt::format("{} {} made from an earlier template of {}: {}",
                                  base::join(behind, ", "),
                                  behind.size() == 1 ? "was" : "were",
                                  set.name,
                                  rolls ? "a rollout is under way, or stuck"
                                        : "natsctl's Pods would get what was changed since, too"),
                      rolls ? "wait for its end, or undo it: kubectl rollout undo"
                            : "make sure that this is meant",
                      rolls});
}

void check_owner(std::vector<Concern>& concerns, const StatefulSet& set) {
  for (const auto& owner : set.told["metadata"]["ownerReferences"].items()) {
    if (!owner["controller"].boolean()) continue;
    concerns.push_back({fmt::format("{} is made by {} {}, which would put its template back",
                                    set.name,
                                    owner["kind"].text(),
                                    owner["name"].text()),
                        "upgrade by what makes it"});
  }
}

void check_address(std::vector<Concern>& concerns,
                   const Pod& pod,
                   const plan::Node& node,
                   const PodSurroundings& around) {
  if (!pod.address.empty() &&
      (node.client.host == pod.address || node.monitor.host == pod.address)) {
    concerns.push_back({fmt::format("the plan reaches it at {}, which is this Pod's: the next one "
                                    "gets another",
                                    pod.address),
                        "write the name that its headless service gives it: "
                        "nats-0.nats-headless.NAMESPACE.svc.cluster.local"});
    return;
  }
  if (pod.running && !around.is_reachable) {
    concerns.push_back(
        {fmt::format(
             "Pod {} runs, and nobody answers at {} from here", pod.name, node.client.text()),
         "natsctl watches servers and sends its traffic as clients do: run it where "
         "names and addresses of Pods are known, in the cluster say "
         "(examples/statefulset/natsctl.yml)"});
  }
}

struct Right {
  const char* group;
  const char* resource;
  const char* verb;
};

// examples/statefulset/rbac.yml grants these, and what reads conf files.
const std::vector<Right>& rights_needed() {
  static const std::vector<Right> all = {{"apps", "statefulsets", "get"},
                                         {"apps", "statefulsets", "patch"},
                                         {"", "pods", "get"},
                                         {"", "pods", "list"},
                                         {"", "pods", "create"},
                                         {"", "pods", "patch"},
                                         {"", "pods", "delete"},
                                         {"", "pods/log", "get"},
                                         {"coordination.k8s.io", "leases", "get"},
                                         {"coordination.k8s.io", "leases", "create"},
                                         {"coordination.k8s.io", "leases", "update"},
                                         {"coordination.k8s.io", "leases", "delete"}};
  return all;
}

bool has(const Json& list, const std::string& word) {
  const auto words = list.texts();
  return std::any_of(words.begin(), words.end(), [&](const std::string& one) {
    return one == word || one == "*";
  });
}

// examples/statefulset/rbac-temp-node.yml grants these.
const std::vector<Right>& rights_for_temporary() {
  static const std::vector<Right> all = {{"", "pods/exec", "create"},
                                         {"", "secrets", "get"},
                                         {"", "secrets", "create"},
                                         {"", "secrets", "update"},
                                         {"", "secrets", "delete"},
                                         {"", "services", "get"},
                                         {"", "services", "create"},
                                         {"", "services", "delete"}};
  return all;
}

std::string missing_of(const Json& rights, const std::vector<Right>& needed) {
  if (rights.is_null() || rights["incomplete"].boolean()) return {};
  std::vector<std::string> missing;
  for (const auto& right : needed) {
    const auto& rules = rights["resourceRules"].items();
    const bool may = std::any_of(rules.begin(), rules.end(), [&](const Json& rule) {
      return has(rule["apiGroups"], right.group) && has(rule["resources"], right.resource) &&
             has(rule["verbs"], right.verb);
    });
    if (!may) missing.push_back(fmt::format("{} {}", right.verb, right.resource));
  }
  return base::join(missing, ", ");
}

}  // namespace

std::string missing_rights(const Json& rights, bool with_exec) {
  auto needed = rights_needed();
  if (with_exec) needed.push_back({"", "pods/exec", "create"});
  return missing_of(rights, needed);
}

std::string missing_rights_for_temporary(const Json& rights) {
  return missing_of(rights, rights_for_temporary());
}

std::optional<int> allowed_by(const Json& budget, int replicas) {
  const auto& spec = budget["spec"];
  const auto count = [&](const Json& value) -> std::optional<int> {
    if (value.is_number()) return static_cast<int>(value.integer());
    const auto text = value.text();
    const auto percent = base::parse_int(text.substr(0, text.find('%')));
    if (!percent) return std::nullopt;
    return static_cast<int>((*percent * replicas + 99) / 100);  // both are rounded up
  };
  if (const auto most = count(spec["maxUnavailable"])) return most;
  if (const auto least = count(spec["minAvailable"])) return replicas - *least;
  return std::nullopt;
}

std::vector<Concern> audit(const StatefulSet& set,
                           const std::optional<Pod>& pod,
                           const plan::Node& node,
                           const PodSurroundings& around) {
  std::vector<Concern> concerns;
  // What ends is the Pod that there is, whatever the template says by now.
  const auto& spec = pod ? pod->told["spec"] : template_of(set);
  const auto& container = container_in(spec, node.executor.container);
  check_owner(concerns, set);
  check_stop(concerns, set, spec, node, around.drain);
  check_probes(concerns, container_in(template_of(set), node.executor.container), around);
  check_budget(concerns, set, around.budgets);
  check_policy(concerns, set);
  check_rollout(concerns, set, around.pods);
  if (pod) check_address(concerns, *pod, node, around);
  if (pod && pod->held && !pod->running) {
    concerns.push_back(
        {fmt::format("an interrupted run of natsctl holds Pod {}: no other is made", pod->name),
         "natsctl resume; or kubectl patch pod " + pod->name +
             " --type json -p '[{\"op\":\"remove\",\"path\":\"/metadata/finalizers\"}]'",
         false});
  }
  const auto missing = missing_rights(around.rights, !has_lame_duck_hook(container));
  if (!missing.empty()) {
    concerns.push_back({fmt::format("kubectl's user may not {}", missing),
                        "examples/statefulset/rbac.yml grants what natsctl needs"});
  }
  return concerns;
}

std::string in_words(const StatefulSet& set,
                     const std::optional<Pod>& pod,
                     const std::string& place) {
  auto text = fmt::format("{}: StatefulSet {}", place, set.name);
  if (!pod) return text + ", no Pod of this name";
  text += fmt::format(", Pod {} on {}, image {}", pod->name, pod->machine, pod->image);
  text += pod->running ? ", since " + pod->since : ", " + pod->trouble;
  const auto release = set.told["metadata"]["annotations"]["meta.helm.sh/release-name"].text();
  if (!release.empty()) text += ", Helm release " + release;
  for (const auto& container : template_of(set)["containers"].items()) {
    if (container["image"].text().find("config-reloader") != std::string::npos)
      text += ", a change of its ConfigMap reloads it";
  }
  return text;
}

std::string source_to_change(const StatefulSet& set) {
  const auto release = set.told["metadata"]["annotations"]["meta.helm.sh/release-name"].text();
  const auto tag = set.image.substr(set.image.rfind(':') + 1);
  if (!release.empty()) {
    return fmt::format(
        "StatefulSet {}: Helm release {}: set container.image.tag to {} in its "
        "values; until then `helm upgrade` would bring the old image back",
        set.name,
        release,
        tag);
  }
  return fmt::format(
      "StatefulSet {}: change the image to {} in what it is applied from; until then "
      "the next `kubectl apply` would bring the old one back",
      set.name,
      set.image);
}

}  // namespace exec
