#include "base/text.h"
#include "gates/jetstream_scene.h"

#include <algorithm>

#include <fmt/core.h>

// Whether JetStream runs everywhere, and its meta group is whole. /healthz does not tell: it is 200
// on a server that was removed from the group and came back, and on all that are left when the
// group has lost its quorum (2.10.27 and 2.15.1, for 11 to 20 s and more).
namespace gates {

namespace {

constexpr std::string_view kUnknownPeer = "Server name unknown";  // nats-server, Peers()

using Names = std::vector<std::string>;

// One domain's part of a condition.
using JudgeDomain = std::function<void(
    Readings&, const JetStreamScene&, const Names& members, const MetaView& meta)>;

std::vector<Reading> judge_domains(const std::string& condition,
                                   const Scene& scene,
                                   const std::string& wanted,
                                   const JudgeDomain& judge) {
  return judge_jetstream(
      Readings(condition),
      jetstream_scene(scene),
      wanted,
      [&](Readings& readings, const JetStreamScene& jetstream) {
        for (const auto& [domain, members] : jetstream.domains)
          judge(readings, jetstream, members, meta_view(scene, jetstream, members));
      });
}

void judge_enabled(Readings& readings, const JetStreamScene& jetstream) {
  for (const auto& [node, why] : jetstream.disabled)
    readings.red(node, why, "JetStream at work");
}

std::vector<Reading> jetstream_enabled(const Scene& scene) {
  auto jetstream = jetstream_scene(scene);
  const auto asked = mesh_to_come_back_to(scene);
  std::erase_if(jetstream.silent, [&](const auto& silent) {
    return std::none_of(
        asked.begin(), asked.end(), [&](const auto* node) { return node->name == silent.first; });
  });
  return judge_jetstream(
      Readings("jetstream-enabled"), jetstream, "JetStream at work where it was", judge_enabled);
}

std::string leader_named_by(const Scene& scene, const std::string& node) {
  const auto& jsz = scene.now.nodes.at(node).jetstream;
  return jsz && jsz->jsz.meta_cluster ? jsz->jsz.meta_cluster->leader : "";
}

void judge_agreed(Readings& readings,
                  const Scene& scene,
                  const Names& members,
                  const MetaView& meta) {
  const auto wanted = meta ? "the meta leader " + meta.leader
                           : std::string("a meta leader that calls itself so, of this plan");
  for (const auto& node : members) {
    const auto named = leader_named_by(scene, node);
    if (meta && named == meta.leader) continue;
    readings.red(node, named.empty() ? "no meta leader" : "the meta leader " + named, wanted);
  }
}

std::vector<Reading> meta_leader_agreed(const Scene& scene) {
  return judge_domains("meta-leader-agreed",
                       scene,
                       "one meta leader, named by all",
                       [&](auto& readings, const auto&, const auto& members, const auto& meta) {
                         judge_agreed(readings, scene, members, meta);
                       });
}

void without_leader(Readings& readings) {
  readings.red("", "no server of this plan leads the meta group", "the leader's own view of it");
}

// A temporary node with JetStream, or one that was taken away without its removal, shows here.
std::vector<Reading> meta_size(const Scene& scene) {
  return judge_domains(
      "meta-size",
      scene,
      "a meta group of the servers with JetStream, and no other",
      [](Readings& readings, const JetStreamScene&, const Names& members, const MetaView& meta) {
        if (!meta) return without_leader(readings);
        std::vector<std::string> names = {meta.leader};
        for (const auto& peer : meta.view->replicas)
          names.push_back(peer.name);
        std::sort(names.begin(), names.end());
        auto wanted = members;
        std::sort(wanted.begin(), wanted.end());
        const bool right =
            static_cast<std::size_t>(meta.view->cluster_size) == wanted.size() && names == wanted;
        if (right) return;
        readings.red(
            meta.leader,
            fmt::format("it leads a meta group of {}: {}", meta.view->cluster_size, list_of(names)),
            fmt::format("{}: {}", members.size(), list_of(members)));
      });
}

const contract::RaftPeer* find(const contract::MetaCluster* meta, const std::string& name) {
  if (!meta) return nullptr;
  for (const auto& peer : meta->replicas) {
    if (peer.name == name) return &peer;
  }
  return nullptr;
}

// The meta group has no data to compare; entries that are fewer than a look before are on their
// way.
bool catches_up(const contract::RaftPeer& peer, const contract::MetaCluster* before) {
  const auto* earlier = find(before, peer.name);
  return !peer.offline && peer.active < kSilence && earlier && peer.lag < earlier->lag;
}

std::vector<Reading> meta_peers_current(const Scene& scene) {
  const std::string wanted = "every peer of the meta group current";
  return judge_domains(
      "meta-peers-current",
      scene,
      wanted,
      [&](Readings& readings, const JetStreamScene&, const Names& members, const MetaView& meta) {
        if (!meta) return without_leader(readings);
        for (const auto& node : members) {
          if (node != meta.leader && !find(meta.view, node))
            readings.red(
                node, fmt::format("the meta leader {} does not know it", meta.leader), wanted);
        }
        for (const auto& peer : meta.view->replicas) {
          const bool nameless = peer.name.starts_with(kUnknownPeer);
          const auto trouble = trouble_of_peer(peer, meta.leader);
          if (nameless || (!trouble.empty() && !catches_up(peer, meta.before)))
            readings.red(
                peer.name, "meta group: " + (trouble.empty() ? "a peer of old" : trouble), wanted);
        }
        const auto pending = meta.view->pending.value_or(0);
        if (pending > 0 && meta.before && pending >= meta.before->pending.value_or(0)) {
          readings.red(
              meta.leader,
              fmt::format("{} entries of the meta group wait, and do not grow fewer", pending),
              "none, or fewer");
        }
      });
}

}  // namespace

std::vector<Condition> jetstream_meta_conditions() {
  return {{"jetstream-enabled", "JetStream is at work wherever it was", jetstream_enabled},
          {"meta-leader-agreed",
           "every server names the same meta leader, and that one itself does",
           meta_leader_agreed},
          {"meta-size",
           "the meta group has the servers with JetStream as its peers, and no other",
           meta_size},
          {"meta-peers-current",
           "the meta leader sees every peer current, and heard of it within 3s",
           meta_peers_current}};
}

}  // namespace gates
