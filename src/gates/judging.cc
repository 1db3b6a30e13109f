#include "gates/judging.h"

#include "base/text.h"
#include "watch/observe.h"

#include <fmt/core.h>

namespace gates {

std::string Reading::sentence() const {
  auto text = condition;
  if (!node.empty()) text += ": " + node;
  text += ": " + seen;
  if (verdict != Verdict::green && !wanted.empty()) text += ", wanted " + wanted;
  return text;
}

Seen seen(const Scene& scene, const std::string& node) {
  const auto* sample = scene.now.find(node);
  if (!sample) return {nullptr, "not looked at yet"};
  const auto age = scene.time - sample->taken;
  if (age > scene.plan.policy.gates.max_age) {
    return {nullptr,
            fmt::format("last seen {}s ago", std::chrono::ceil<std::chrono::seconds>(age).count())};
  }
  if (!sample->varz) {
    return {nullptr, "no answer: " + (sample->trouble.empty() ? "no /varz" : sample->trouble)};
  }
  return {sample, {}};
}

std::vector<const plan::Node*> subjects(const Scene& scene) {
  const bool temp_is_gone = scene.plan.temp_node &&
                            scene.step.node == scene.plan.temp_node->node.name &&
                            !scene.temp_node_expected;
  const auto* node =
      scene.step.node.empty() || temp_is_gone ? nullptr : scene.plan.find(scene.step.node);
  if (node) return {node};
  std::vector<const plan::Node*> members;
  for (const auto& member : scene.plan.nodes)
    members.push_back(&member);
  return members;
}

std::vector<const plan::Node*> whole_mesh(const Scene& scene) {
  std::vector<const plan::Node*> nodes;
  for (const auto& member : scene.plan.nodes)
    nodes.push_back(&member);
  if (scene.temp_node_expected && scene.plan.temp_node)
    nodes.push_back(&scene.plan.temp_node->node);
  return nodes;
}

std::vector<const plan::Node*> mesh_of(const Scene& scene, const std::string& node) {
  auto nodes = whole_mesh(scene);
  std::erase_if(nodes, [&](const auto* other) {
    return scene.plan.cluster_of(other->name) != scene.plan.cluster_of(node);
  });
  return nodes;
}

bool is_another_s_question(const Scene& scene, const std::string& node) {
  return scene.step.action == "start-node" && node != scene.step.node && !seen(scene, node);
}

std::vector<const plan::Node*> mesh_to_come_back_to(const Scene& scene) {
  auto nodes = whole_mesh(scene);
  std::erase_if(nodes, [&](const auto* node) { return is_another_s_question(scene, node->name); });
  return nodes;
}

void Readings::green(const std::string& node, const std::string& what) {
  list_.push_back({condition_, node, Verdict::green, what, {}});
}

void Readings::red(const std::string& node, const std::string& what, const std::string& wanted) {
  list_.push_back({condition_, node, Verdict::red, what, wanted});
}

void Readings::unknown(const std::string& node,
                       const std::string& what,
                       const std::string& wanted) {
  list_.push_back({condition_, node, Verdict::unknown, what, wanted});
}

void Readings::add(const std::string& node,
                   bool good,
                   const std::string& what,
                   const std::string& wanted) {
  list_.push_back({condition_, node, good ? Verdict::green : Verdict::red, what, wanted});
}

std::string list_of(const std::vector<std::string>& names) {
  return names.empty() ? "nothing" : base::join(names, ", ");
}

std::vector<std::string> missing_routes(const Scene& scene,
                                        const watch::Sample& from,
                                        const std::vector<const plan::Node*>& wanted) {
  const auto ids = watch::remotes_of(from);
  std::vector<std::string> missing;
  for (const auto* peer : wanted) {
    if (peer->name == from.node) continue;
    const auto* other = scene.now.find(peer->name);
    const bool has_route = other && other->varz && ids.contains(other->varz->server_id);
    if (!has_route) missing.push_back(peer->name);
  }
  return missing;
}

int clients_wanted(int before) {
  constexpr int kOneOf = 10;
  return before - (before + kOneOf - 1) / kOneOf;
}

}  // namespace gates
