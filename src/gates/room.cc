#include "base/text.h"
#include "gates/judging.h"
#include "watch/observe.h"

#include <fmt/core.h>

// Whether the other servers may take the clients of the step's node: a server at its
// max_connections sends them away again ("maximum connections exceeded"), and they come back until
// they give up.
namespace gates {

namespace {

// Its clients now, or those it was seen with before, if it does not say.
int clients_to_move(const Scene& scene) {
  const auto now = seen(scene, scene.step.node);
  if (now) return watch::clients_of(*now.sample);
  const auto before = scene.before.find(scene.step.node);
  return before == scene.before.end() ? 0 : before->second.clients;
}

std::vector<Reading> room_for_clients(const Scene& scene) {
  Readings readings("room-for-clients");
  if (scene.step.node.empty()) {
    readings.unknown("", "the step names no node", "a step of one node");
    return readings.done();
  }
  const std::int64_t moving = clients_to_move(scene);
  const auto wanted = fmt::format("room for the {} clients of {}", moving, scene.step.node);
  std::int64_t room = 0;
  bool bounded = true;
  std::vector<std::string> rooms;
  auto others = mesh_of(scene, scene.step.node);
  std::erase_if(others, [&](const auto* node) { return node->name == scene.step.node; });
  if (others.empty() && scene.plan.clusters().size() > 1) {
    readings.green(scene.step.node, "it is alone in its cluster: its clients wait for it");
    return readings.done();
  }
  for (const auto* node : others) {
    const auto now = seen(scene, node->name);
    if (!now) {
      readings.unknown(node->name, now.missing, wanted);
      continue;
    }
    const auto most = now.sample->varz->max_connections;
    if (most <= 0) bounded = false;  // no limit
    const auto here = std::max<std::int64_t>(0, most - watch::clients_of(*now.sample));
    room += here;
    rooms.push_back(fmt::format("{} ({})", node->name, most > 0 ? std::to_string(here) : "any"));
  }
  if (readings.size() > 0) return readings.done();
  readings.add(scene.step.node,
               !bounded || room >= moving,
               "room for clients on " + list_of(rooms),
               wanted + "; raise max_connections of the others");
  return readings.done();
}

}  // namespace

std::vector<Condition> room_conditions() {
  return {{"room-for-clients",
           "the others may take the node's clients, by their max_connections",
           room_for_clients}};
}

}  // namespace gates
