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

// Of its cluster.
std::vector<std::string> others_of(const Scene& scene, const Node& self) {
  std::vector<std::string> names;
  for (const auto* node : servers(scene)) {
    const bool same = scene.plan.cluster_of(node->name) == scene.plan.cluster_of(self.name);
    if (same && node->name != self.name) names.push_back(node->name);
  }
  return names;
}

std::string get(const Node& node, const std::string& path, const std::string& field = "") {
  auto command = fmt::format("curl -s http://{}{}", node.monitor.text(), path);
  return field.empty() ? command : fmt::format("{} | grep {}", command, field);
}

using Looks = std::vector<Look>;

Looks healthz(const Scene& scene, const std::string& or_else = "") {
  Looks looks;
  for (const auto* node : subjects(scene))
    looks.push_back({get(*node, "/healthz"), R"({"status":"ok"})" + or_else});
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
    const auto others = others_of(scene, *node);
    if (others.empty()) continue;
    looks.push_back({get(*node, "/routez", "remote_"),
                     fmt::format("{} by remote_id: {}",
                                 base::count_of(others.size(), "distinct server"),
                                 base::join(others, ", "))});
  }
  return looks;
}

Looks knows_temp(const Scene& scene) {
  Looks looks;
  if (!scene.plan.temp_node) return looks;
  const auto& temp = scene.plan.temp_node->node;
  for (const auto* node : scene.plan.members_of(scene.plan.cluster_of(temp.name))) {
    looks.push_back(
        {fmt::format("curl -s http://{}/varz | grep -A9 connect_urls", node->monitor.text()),
         fmt::format("{} is among them", temp.client.text())});
  }
  return looks;
}

Looks temp_joined(const Scene& scene) {
  if (!scene.plan.temp_node) return {};
  const auto& temp = scene.plan.temp_node->node;
  return {
      {get(temp, "/routez", "remote_"), "routes to " + base::join(others_of(scene, temp), ", ")}};
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

Looks gateways(const Scene& scene) {
  Looks looks;
  if (scene.plan.clusters().size() < 2) return looks;
  for (const auto* node : servers(scene)) {
    looks.push_back({get(*node, "/gatewayz"),
                     "outbound_gateways to every other cluster, if it has gateways at all"});
  }
  return looks;
}

Looks leafs(const Scene& scene) {
  Looks looks;
  if (scene.plan.clusters().size() < 2) return looks;
  for (const auto* node : servers(scene))
    looks.push_back({get(*node, "/leafz", R"('"leafnodes"')"), "together as many as before"});
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

// The same look at each of some servers.
MakeLooks at(std::vector<const Node*> (*whom)(const Scene&),
             const std::string& path,
             const std::string& field,
             const std::string& must_show) {
  return [=](const Scene& scene) {
    Looks looks;
    for (const auto* node : whom(scene))
      looks.push_back({get(*node, path, field), must_show});
    return looks;
  };
}

// One line for all of them: each server tells of the groups that it leads. Quoted, since a shell
// takes & for its own.
MakeLooks of_jetstream(const std::string& query, const std::string& must_show) {
  return [=](const Scene& scene) {
    const auto asked = servers(scene);
    if (asked.empty()) return Looks{};
    return Looks{{fmt::format("curl -s 'http://{}/jsz{}'", asked.front()->monitor.text(), query),
                  "of each server with JetStream: " + must_show}};
  };
}

constexpr const char* kGroups = "?accounts=1&streams=1&consumers=1&config=1&raft=1";

std::map<std::string, MakeLooks> jetstream_table() {
  return {
      {"jetstream-enabled", of_jetstream("", "no \"disabled\": true")},
      {"meta-leader-agreed", of_jetstream("", "meta_cluster.leader is the same everywhere")},
      {"meta-size",
       of_jetstream("",
                    "where it leads the meta group, cluster_size is the number of these servers")},
      {"meta-peers-current",
       of_jetstream(
           "",
           "where it leads the meta group, replicas are current, not offline, without lag, active "
           "less than 3 s ago")},
      {"groups-led", of_jetstream(kGroups, "each stream and consumer has a cluster.leader")},
      {"groups-complete",
       of_jetstream(kGroups, "of what it leads, cluster.replicas are num_replicas less one")},
      {"groups-current",
       of_jetstream(
           kGroups,
           "of what it leads, cluster.replicas are current, not offline, active less than 3 s "
           "ago")},
      {"sequences-caught-up",
       of_jetstream(kGroups, "state.last_seq on the node is at least its leader's of before")},
      {"streams-kept",
       of_jetstream(kGroups, "no stream is gone; state.last_seq and messages as before or more")},
      {"consumers-kept",
       of_jetstream(kGroups, "no durable consumer is gone; ack_floor as before or more")},
      {"meta-quorum-kept",
       of_jetstream("", "without the node more than half of the meta group's peers are current")},
      {"groups-quorum-kept",
       of_jetstream(kGroups, "without the node more than half of each group's peers are current")},
      {"few-copies-accepted",
       of_jetstream(kGroups, "no num_replicas of 1 or 2 on the node that may not be missed")},
      {"memory-copies-accepted",
       of_jetstream(kGroups, "no stream of storage memory and one copy that may not be lost")}};
}

std::map<std::string, MakeLooks> core_table() {
  return {
      {"healthz-ok", [](const Scene& s) { return healthz(s); }},
      {"healthz-ok-or-catching-up",
       [](const Scene& s) { return healthz(s, ", or that something is not current yet"); }},
      {"mesh-full", mesh},
      {"others-green", others_green},
      {"clients-know-temp", knows_temp},
      {"temp-joined", temp_joined},
      {"temp-gone", temp_gone},
      {"same-users", same_users},
      {"gateways-back", gateways},
      {"leafs-back", leafs},
      {"identity-as-planned",
       at(subjects,
          "/varz",
          R"re(-E '"(server_name|name|port|system_account)"')re",
          "the plan's name, cluster and client "
          "port; the system account before")},
      {"routes-complete",
       at(servers,
          "/routez",
          "-c remote_id",
          "for each other server cluster.pool_size of /varz and one for the system account; 1 "
          "where "
          "one of the two has no pool")},
      {"routes-steady", at(servers, "/routez", R"('"rid"')", "the same numbers a second later")},
      {"room-for-clients",
       at(servers,
          "/varz",
          R"re(-E '"(max_connections|connections)"')re",
          "together the others have room for the node's "
          "connections")},
      {"connections-back",
       at(servers, "/varz", R"('"connections"')", "together about as many as before")},
      {"clients-let-in",
       at(subjects,
          "/connz?state=closed",
          R"('"Authentication Failure"')",
          "none of clients that were let in before")},
      {"slow-consumers-settled",
       at(servers, "/varz", R"('"slow_consumers"')", "the same number a few seconds later")},
      {"api-errors-settled",
       at(servers, "/jsz", R"('"errors"')", "the same number a few seconds later")},
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
}

const std::map<std::string, MakeLooks>& table() {
  static const auto rows = [] {
    auto all = core_table();
    all.merge(jetstream_table());
    return all;
  }();
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
