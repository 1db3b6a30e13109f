#include "base/text.h"
#include "gates/judging.h"
#include "watch/observe.h"

#include <fmt/core.h>

// Where the clients are, and what they know.
namespace gates {

namespace {

void judge_drained(Readings& readings, const Scene& scene) {
  const auto& name = scene.step.node;
  const auto* sample = scene.now.find(name);
  if (sample && sample->refused && scene.time - sample->taken <= scene.plan.policy.gates.max_age) {
    readings.green(name, "it has ended");
    return;
  }
  const auto now = seen(scene, name);
  if (!now) {
    readings.unknown(name, now.missing, "no clients, or nobody listening any more");
  } else {
    readings.add(name,
                 watch::clients_of(*now.sample) == 0,
                 watch::clients_in_words(*now.sample),
                 "no clients");
  }
}

void judge_held(Readings& readings, const Scene& scene) {
  const auto was = scene.before.find(scene.step.node);
  if (was == scene.before.end()) {
    readings.unknown("", "nobody wrote down how many clients there were", "as many again");
    return;
  }
  const int before = std::max(was->second.cluster_clients, was->second.clients);
  auto others = mesh_of(scene, scene.step.node);
  std::erase_if(others, [&](const auto* node) { return node->name == scene.step.node; });
  if (others.empty() && scene.plan.clusters().size() > 1) {
    readings.green("", "it is alone in its cluster: its clients wait for it");
    return;
  }
  const int wanted = clients_wanted(before);
  const auto wanted_text = fmt::format("{} of the {} there were", wanted, before);
  int held = 0;
  std::vector<std::string> silent;
  for (const auto* node : others) {
    const auto now = seen(scene, node->name);
    if (!now) silent.push_back(node->name + ": " + now.missing);
    if (now) held += watch::clients_of(*now.sample);
  }
  const auto text =
      fmt::format("the others hold {}", base::count_of(static_cast<std::size_t>(held), "client"));
  if (held < wanted && !silent.empty()) {
    readings.unknown("", text + "; " + base::join(silent, "; "), wanted_text);
  } else {
    readings.add("", held >= wanted, text, wanted_text);
  }
}

std::vector<Reading> clients_moved(const Scene& scene) {
  Readings readings("clients-moved");
  if (scene.step.node.empty()) {
    readings.unknown("", "the step names no node", "a step of one node");
    return readings.done();
  }
  judge_drained(readings, scene);
  judge_held(readings, scene);
  return readings.done();
}

// Clients are told the address that a server advertises: the one it is bound to unless it says
// otherwise. With all hosts that is each address of its machine, so the port decides, if the server
// lists it itself.
bool names_temp(const std::string& url, const plan::Node& temp, const watch::Sample* sample) {
  if (url == temp.client.text()) return true;
  if (!sample || !sample->varz || !url.ends_with(":" + std::to_string(temp.client.port)))
    return false;
  const auto& own = sample->varz->connect_urls;
  return std::find(own.begin(), own.end(), url) != own.end();
}

std::vector<Reading> clients_know_temp(const Scene& scene) {
  Readings readings("clients-know-temp");
  if (!scene.plan.temp_node) {
    readings.unknown("", "the plan has no temporary node", "one");
    return readings.done();
  }
  const auto& temp = scene.plan.temp_node->node;
  const auto* temp_sample = scene.now.find(temp.name);
  const bool silent_temp =
      temp_sample && temp_sample->varz && temp_sample->varz->connect_urls.empty();
  const auto wanted = temp.client.text() + " among its connect_urls";
  for (const auto* node : scene.plan.members_of(scene.plan.cluster_of(temp.name))) {
    const auto& member = *node;
    const auto now = seen(scene, member.name);
    if (!now) {
      readings.unknown(member.name, now.missing, wanted);
      continue;
    }
    const auto& urls = now.sample->varz->connect_urls;
    const bool knows = std::any_of(urls.begin(), urls.end(), [&](const auto& url) {
      return names_temp(url, temp, temp_sample);
    });
    auto text = "connect_urls " + list_of(urls);
    if (!knows && urls.empty()) text = "no connect_urls at all, as with cluster.no_advertise";
    if (!knows && silent_temp)
      text += "; " + temp.name + " has none either: its conf has no_advertise";
    readings.add(member.name, knows, text, wanted);
  }
  return readings.done();
}

}  // namespace

std::vector<Condition> client_conditions() {
  return {{"clients-moved",
           "the node has no clients left, or has ended, and the others hold them",
           clients_moved},
          {"clients-know-temp",
           "every member tells its clients of the temporary node",
           clients_know_temp}};
}

}  // namespace gates
