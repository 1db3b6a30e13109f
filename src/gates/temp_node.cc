#include "gates/judging.h"
#include "watch/observe.h"

// Whether the temporary node is in, and whether it is out again without a trace.
namespace gates {

namespace {

std::vector<Reading> without_temp(const std::string& condition) {
  Readings readings(condition);
  readings.unknown("", "the plan has no temporary node", "one");
  return readings.done();
}

std::vector<Reading> temp_joined(const Scene& scene) {
  if (!scene.plan.temp_node) return without_temp("temp-joined");
  Readings readings("temp-joined");
  const auto& temp = scene.plan.temp_node->node;
  const auto members = scene.plan.members_of(scene.plan.cluster_of(temp.name));
  const auto judge_pair = [&](const plan::Node& node,
                              const std::vector<const plan::Node*>& wanted) {
    std::vector<std::string> names;
    for (const auto* peer : wanted)
      names.push_back(peer->name);
    const auto wanted_text = "routes to " + list_of(names);
    const auto now = seen(scene, node.name);
    if (!now || !now.sample->routez) {
      readings.unknown(
          node.name, now ? "no /routez: " + now.sample->trouble : now.missing, wanted_text);
      return;
    }
    const auto missing = missing_routes(scene, *now.sample, wanted);
    readings.add(node.name,
                 missing.empty(),
                 missing.empty() ? wanted_text : "no route to " + list_of(missing),
                 wanted_text);
  };
  judge_pair(temp, members);
  for (const auto* member : members)
    judge_pair(*member, {&temp});
  const auto now = seen(scene, temp.name);
  if (now && now.sample->healthz && !now.sample->healthz->ok()) {
    readings.red(temp.name, "healthz " + now.sample->healthz->error, "healthz ok");
  }
  return readings.done();
}

// A trace of the temporary node: a route with its name, or, as 2.9 tells no names, one to a server
// that is no member.
bool is_trace(const contract::RoutePeer& peer, const Scene& scene) {
  if (peer.remote_name) return *peer.remote_name == scene.plan.temp_node->node.name;
  return std::none_of(
      scene.plan.nodes.begin(), scene.plan.nodes.end(), [&](const plan::Node& member) {
        const auto* sample = scene.now.find(member.name);
        return sample && sample->varz && sample->varz->server_id == peer.remote_id;
      });
}

// Whether a server of another cluster still sends to it: to a server of its cluster that is no
// member.
bool sends_to_temp(const watch::Sample& sample, const Scene& scene) {
  const auto& cluster = scene.plan.cluster_of(scene.plan.temp_node->node.name);
  const auto& outbound = sample.gatewayz->outbound;
  const auto at = outbound.find(cluster);
  if (at == outbound.end()) return false;
  const auto members = scene.plan.members_of(cluster);
  return std::none_of(members.begin(), members.end(), [&](const auto* member) {
    const auto* there = scene.now.find(member->name);
    return there && there->varz && there->varz->server_id == at->second;
  });
}

// Of a member of its cluster.
void judge_trace(Readings& readings, const Scene& scene, const std::string& member) {
  const auto& temp = scene.plan.temp_node->node;
  const auto wanted = "no trace of " + temp.name;
  const auto now = seen(scene, member);
  if (!now || !now.sample->routez) {
    readings.unknown(member, now ? "no /routez: " + now.sample->trouble : now.missing, wanted);
    return;
  }
  const auto& peers = now.sample->routez->peers;
  const auto& urls = now.sample->varz->connect_urls;
  const bool route = std::any_of(
      peers.begin(), peers.end(), [&](const auto& one) { return is_trace(one, scene); });
  const bool advertised = std::find(urls.begin(), urls.end(), temp.client.text()) != urls.end();
  std::string text = route ? "a route to a server that is no member" : wanted;
  if (!route && advertised) text = "still tells its clients of " + temp.client.text();
  readings.add(member, !route && !advertised, text, wanted);
}

// Of a server of another cluster; nothing is added for one without gateways.
void judge_trace_afar(Readings& readings, const Scene& scene, const std::string& node) {
  const auto wanted = "no trace of " + scene.plan.temp_node->node.name;
  const auto now = seen(scene, node);
  if (now && !watch::has_gateways(*now.sample)) return;
  if (!now || !now.sample->gatewayz) {
    readings.unknown(node, now ? "no /gatewayz: " + now.sample->trouble : now.missing, wanted);
    return;
  }
  const bool sends = sends_to_temp(*now.sample, scene);
  readings.add(node, !sends, sends ? "a gateway to a server that is no member" : wanted, wanted);
}

std::vector<Reading> temp_gone(const Scene& scene) {
  if (!scene.plan.temp_node) return without_temp("temp-gone");
  Readings readings("temp-gone");
  const auto& temp = scene.plan.temp_node->node;
  const auto* sample = scene.now.find(temp.name);
  if (sample && !sample->refused) {
    readings.red(temp.name, sample->varz ? "it still runs" : sample->trouble, "nobody listening");
  }
  for (const auto& node : scene.plan.nodes) {
    const bool near = scene.plan.cluster_of(node.name) == scene.plan.cluster_of(temp.name);
    near ? judge_trace(readings, scene, node.name) : judge_trace_afar(readings, scene, node.name);
  }
  return readings.done();
}

}  // namespace

std::vector<Condition> temp_node_conditions() {
  return {{"temp-joined", "the temporary node has routes to and from every member", temp_joined},
          {"temp-gone", "the temporary node has ended and no server has a trace of it", temp_gone}};
}

}  // namespace gates
