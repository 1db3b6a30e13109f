#include "playbook/look.h"

#include "base/text.h"

#include <functional>
#include <map>

#include <fmt/format.h>

namespace playbook {

namespace {

using plan::Node;
using plan::Plan;

struct Scene {
  const Plan& plan;
  const Step& step;
  bool temp_there;
};

std::vector<const Node*> servers(const Scene& scene) {
  std::vector<const Node*> result;
  for (const auto& node : scene.plan.nodes)
    result.push_back(&node);
  if (scene.temp_there && scene.plan.temp_node) result.push_back(&scene.plan.temp_node->node);
  return result;
}

// The node of the step; every member when the step has none, or is about a temporary node that is
// gone.
std::vector<const Node*> subjects(const Scene& scene) {
  std::vector<const Node*> members;
  for (const auto* node : servers(scene)) {
    if (node->name == scene.step.node) return {node};
  }
  for (const auto& node : scene.plan.nodes)
    members.push_back(&node);
  return members;
}

std::string others_of(const Scene& scene, const Node& self) {
  std::vector<std::string> names;
  for (const auto* node : servers(scene)) {
    if (node->name != self.name) names.push_back(node->name);
  }
  return base::join(names, ", ");
}

std::string get(const Node& node, const std::string& path, const std::string& field = "") {
  auto command = fmt::format("curl -s http://{}{}", node.monitor.text(), path);
  return field.empty() ? command : fmt::format("{} | grep {}", command, field);
}

using Looks = std::vector<Look>;

Looks healthz(const Scene& scene) {
  Looks looks;
  for (const auto* node : subjects(scene))
    looks.push_back({get(*node, "/healthz"), R"({"status":"ok"})"});
  return looks;
}

Looks version(const Scene& scene, const std::string& wanted) {
  Looks looks;
  for (const auto* node : subjects(scene))
    looks.push_back({get(*node, "/varz", R"('"version"')"), wanted});
  return looks;
}

Looks mesh(const Scene& scene) {
  Looks looks;
  for (const auto* node : servers(scene)) {
    const auto others = servers(scene).size() - 1;
    looks.push_back({get(*node, "/routez", "remote_"),
                     fmt::format("{} by remote_id: {}",
                                 base::count_of(others, "distinct server"),
                                 others_of(scene, *node))});
  }
  return looks;
}

Looks knows_temp(const Scene& scene) {
  Looks looks;
  if (!scene.plan.temp_node) return looks;
  const auto& temp = scene.plan.temp_node->node;
  for (const auto& node : scene.plan.nodes) {
    looks.push_back(
        {fmt::format("curl -s http://{}/varz | grep -A9 connect_urls", node.monitor.text()),
         fmt::format("{} is among them", temp.client.text())});
  }
  return looks;
}

Looks temp_joined(const Scene& scene) {
  if (!scene.plan.temp_node) return {};
  const auto& temp = scene.plan.temp_node->node;
  return {{get(temp, "/routez", "remote_"), "routes to " + others_of(scene, temp)}};
}

Looks temp_gone(const Scene& scene) {
  if (!scene.plan.temp_node) return {};
  const auto& temp = scene.plan.temp_node->node;
  return {{get(temp, "/varz"), "no answer: it has ended"}};
}

Looks others_green(const Scene& scene) {
  Looks looks;
  for (const auto* node : servers(scene)) {
    if (node->name != scene.step.node)
      looks.push_back({get(*node, "/healthz"), R"({"status":"ok"})"});
  }
  return looks;
}

Looks same_users(const Scene& scene) {
  if (!scene.plan.temp_node) return {};
  const auto* like = scene.plan.find(scene.plan.temp_node->like);
  const auto conf = like == nullptr || like->config.empty()
                        ? "the arguments of " + scene.plan.temp_node->like
                        : like->config.string();
  return {
      {"",
       fmt::format("the conf of {} has the accounts, users, passwords, permissions and TLS of {}",
                   scene.plan.temp_node->node.name,
                   conf)}};
}

using MakeLooks = std::function<Looks(const Scene&)>;

const std::map<std::string, MakeLooks>& table() {
  static const std::map<std::string, MakeLooks> rows = {
      {"healthz-ok", healthz},
      {"mesh-full", mesh},
      {"others-green", others_green},
      {"clients-know-temp", knows_temp},
      {"temp-joined", temp_joined},
      {"temp-gone", temp_gone},
      {"same-users", same_users},
      {"version-is-release",
       [](const Scene& s) { return version(s, fmt::format("\"{}\"", s.plan.release.version)); }},
      {"version-is-old", [](const Scene& s) { return version(s, "what it was before"); }},
      {"new-server-id",
       [](const Scene& s) {
         Looks looks;
         for (const auto* node : subjects(s))
           looks.push_back({get(*node, "/varz", R"('"server_id"')"), "another than before"});
         return looks;
       }},
      {"clients-moved",
       [](const Scene& s) {
         Looks looks;
         for (const auto* node : subjects(s)) {
           looks.push_back(
               {get(*node, "/varz", R"('"connections"')"), "0, or no answer: it has ended"});
         }
         return looks;
       }},
  };
  return rows;
}

}  // namespace

std::vector<Look> looks_for(const std::string& condition,
                            const Plan& plan,
                            const Step& step,
                            bool temp_there) {
  const auto row = table().find(condition);
  return row == table().end() ? Looks{} : row->second(Scene{plan, step, temp_there});
}

}  // namespace playbook
