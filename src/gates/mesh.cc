#include "contract/version.h"
#include "gates/judging.h"
#include "watch/observe.h"

// Whether the servers are one cluster. /healthz is necessary and never enough: it stays 200 on a
// server without routes. Routes are counted by the server behind them, since a pair of 2.10 servers
// has four connections (a pool of three, and one for the system account), and by server id,
// since 2.9 tells no names and a restarted server has a new one. Source: /routez of 2.9.10, 2.10.27
// and 2.15.1.
namespace gates {

namespace {

std::vector<std::string> names_but(const std::vector<const plan::Node*>& nodes,
                                   const std::string& self) {
  std::vector<std::string> names;
  for (const auto* node : nodes) {
    if (node->name != self) names.push_back(node->name);
  }
  return names;
}

// One node's routes to all the others of `mesh`, which may hold it.
void judge_routes(Readings& readings,
                  const Scene& scene,
                  const plan::Node& node,
                  const std::vector<const plan::Node*>& mesh) {
  const auto wanted = names_but(mesh, node.name);
  const auto wanted_text = "routes to " + list_of(wanted);
  const auto now = seen(scene, node.name);
  if (!now || !now.sample->routez) {
    readings.unknown(
        node.name, now ? "no /routez: " + now.sample->trouble : now.missing, wanted_text);
    return;
  }
  const auto missing = missing_routes(scene, *now.sample, mesh);
  std::vector<std::string> has;
  for (const auto& name : wanted) {
    if (std::find(missing.begin(), missing.end(), name) == missing.end()) has.push_back(name);
  }
  auto text = "routes to " + list_of(has);
  for (const auto& peer : now.sample->routez->peers) {
    const auto name = peer.remote_name.value_or("");
    if (std::find(missing.begin(), missing.end(), name) == missing.end()) continue;
    text += " (and to a former process of " + name + ")";
    break;
  }
  readings.add(node.name, missing.empty(), text, wanted_text);
}

// Until 2.9.16 a healthy server under load calls a stream "not current" for an instant, many times
// a second. Twice in a row it counts.
bool is_false_alarm(const watch::Sample& sample) {
  const auto version = contract::Version::parse(sample.varz->version);
  return !sample.healthz->ok() && version &&
         *version < contract::Version{.major = 2, .minor = 9, .patch = 17} &&
         sample.healthz->error.find("is not current") != std::string::npos && sample.last_look &&
         sample.last_look->healthy;
}

// What a server says of itself while JetStream reads its store, or its copies fetch what they
// missed. Source: /healthz of 2.9.10, 2.10.27 and 2.15.1 after a stream had grown without one of
// its servers.
bool is_catching_up(const contract::Healthz& health) {
  return health.error.starts_with("JetStream") &&
         (health.error.find("is not current") != std::string::npos ||
          health.error.find("is still recovering") != std::string::npos);
}

enum class CatchingUp { is_bad, is_well };

void judge_health(Readings& readings,
                  const Scene& scene,
                  const plan::Node& node,
                  CatchingUp catching_up = CatchingUp::is_bad) {
  const auto now = seen(scene, node.name);
  if (!now || !now.sample->healthz) {
    readings.unknown(
        node.name, now ? "no /healthz: " + now.sample->trouble : now.missing, "healthz ok");
    return;
  }
  const auto& health = *now.sample->healthz;
  if (is_false_alarm(*now.sample)) {
    readings.green(node.name, "healthz ok a look ago; now " + health.error);
    return;
  }
  const bool well = health.ok() || (catching_up == CatchingUp::is_well && is_catching_up(health));
  readings.add(node.name,
               well,
               health.ok() ? "healthz ok" : "healthz " + health.status + ": " + health.error,
               "healthz ok");
}

std::vector<Reading> mesh_full(const Scene& scene) {
  Readings readings("mesh-full");
  const auto asked = mesh_to_come_back_to(scene);
  for (const auto* node : asked) {
    auto mesh = mesh_of(scene, node->name);
    if (mesh.size() == 1) continue;
    std::erase_if(mesh,
                  [&](const auto* other) { return is_another_s_question(scene, other->name); });
    judge_routes(readings, scene, *node, mesh);
  }
  if (readings.size() == 0) readings.green("", "every server is alone in its cluster");
  return readings.done();
}

std::vector<Reading> healthz_ok(const Scene& scene) {
  Readings readings("healthz-ok");
  for (const auto* node : subjects(scene))
    judge_health(readings, scene, *node);
  return readings.done();
}

std::vector<Reading> serves(const Scene& scene) {
  Readings readings("healthz-ok-or-catching-up");
  for (const auto* node : subjects(scene))
    judge_health(readings, scene, *node, CatchingUp::is_well);
  return readings.done();
}

// Without the step's node they are a whole, healthy cluster: it may be stopped.
std::vector<Reading> others_green(const Scene& scene) {
  Readings readings("others-green");
  auto others = whole_mesh(scene);
  std::erase_if(others, [&](const auto* node) { return node->name == scene.step.node; });
  if (others.empty()) {
    readings.red("", "there is no other server", "another server for its clients");
  }
  for (const auto* node : others) {
    judge_health(readings, scene, *node);
    auto mesh = mesh_of(scene, node->name);
    std::erase_if(mesh, [&](const auto* one) { return one->name == scene.step.node; });
    if (mesh.size() > 1) judge_routes(readings, scene, *node, mesh);
    judge_gateways(readings, scene, *node);
  }
  return readings.done();
}

}  // namespace

std::vector<Condition> mesh_conditions() {
  return {{"mesh-full", "every server has a route to every other one of its cluster", mesh_full},
          {"healthz-ok", "its /healthz says ok", healthz_ok},
          {"healthz-ok-or-catching-up",
           "its /healthz says ok, or that JetStream recovers or is not current yet",
           serves},
          {"others-green",
           "all servers but the step's are healthy and have routes and gateways to each other",
           others_green}};
}

}  // namespace gates
