#include "base/text.h"
#include "gates/jetstream_scene.h"

#include <fmt/core.h>

// Whether the step's node may be taken away: what is left of each raft group is still a quorum, and
// what has no other copy may be missed. A node that has ended already is judged by what the others
// say.
namespace gates {

namespace {

using watch::RaftGroupView;

std::size_t quorum_of(std::size_t copies) {
  return copies / 2 + 1;
}

using JudgeStop = std::function<void(Readings&, const JetStreamScene&)>;

std::vector<Reading> judge_stop(const std::string& condition,
                                const Scene& scene,
                                const std::string& wanted,
                                const JudgeStop& judge) {
  Readings readings(condition);
  if (scene.step.node.empty()) {
    readings.unknown("", "the step names no node", "a step of one node");
    return readings.done();
  }
  return judge_jetstream(
      std::move(readings), jetstream_scene(scene, scene.step.node), wanted, judge);
}

// The members of the node's own domain; nullptr: it has no part in a meta group. Of one that has
// ended already the plan tells where it belongs: with the others of its cluster.
const std::vector<std::string>* domain_with(const JetStreamScene& jetstream,
                                            const Scene& scene,
                                            const std::string& node) {
  const auto* sample = scene.now.find(node);
  const bool tells = sample && sample->varz;
  for (const auto& [domain, members] : jetstream.domains) {
    const bool has_it = std::any_of(members.begin(), members.end(), [&](const auto& member) {
      return member == node ||
             (!tells && scene.plan.cluster_of(member) == scene.plan.cluster_of(node));
    });
    if (has_it) return &members;
  }
  return nullptr;
}

std::vector<Reading> meta_quorum_kept(const Scene& scene) {
  const auto& node = scene.step.node;
  return judge_stop(
      "meta-quorum-kept",
      scene,
      "a quorum of the meta group without " + node,
      [&](Readings& readings, const JetStreamScene& jetstream) {
        if (scene.plan.policy.jetstream.accept_api_offline)
          return readings.green("", "the plan accepts that JetStream's API is away");
        const auto* members = domain_with(jetstream, scene, node);
        if (!members) return;  // it is in no meta group
        const auto meta = meta_view(scene, jetstream, *members);
        if (!meta) {
          return readings.red(
              "", "no server of this plan leads the meta group", "the leader's own view of it");
        }
        std::vector<std::string> left;
        if (meta.leader != node) left.push_back(meta.leader);
        for (const auto& peer : meta.view->replicas) {
          if (peer.name != node && trouble_of_peer(peer, meta.leader).empty())
            left.push_back(peer.name);
        }
        const auto size = static_cast<std::size_t>(meta.view->cluster_size);
        if (left.size() >= quorum_of(size)) return;
        readings.red(node,
                     fmt::format("without it the meta group of {} has {}", size, list_of(left)),
                     fmt::format("{} current peers (or policy.jetstream.accept_api_offline)",
                                 quorum_of(size)));
      });
}

void judge_group(Troubles& troubles,
                 const JetStreamScene& jetstream,
                 const std::string& key,
                 const RaftGroupView& group,
                 const std::string& node) {
  const auto* leader = group.leader();
  if (!leader) {
    troubles.add(node, group.name() + " has no leader", "a leader, to tell who could do without");
    return;
  }
  std::vector<std::string> left;
  bool on_it = leader->node == node;
  if (!on_it) left.push_back(leader->node);
  for (const auto& peer : leader->replicas()) {
    on_it = on_it || peer.name == node;
    const auto* own = group.copy_on(peer.name);
    const bool tells = own || !jetstream.is_silent(peer.name);
    if (peer.name != node && tells && trouble_of_copy(jetstream, key, group, peer).empty())
      left.push_back(peer.name);
  }
  const auto size = leader->replicas().size() + 1;
  if (!on_it || left.size() >= quorum_of(size)) return;
  troubles.add(node,
               fmt::format("without it {} of {} copies has {}", group.name(), size, list_of(left)),
               fmt::format("{} current copies", quorum_of(size)));
}

// Groups of one or two copies lose their quorum by arithmetic; few-copies-accepted is about them.
std::vector<Reading> groups_quorum_kept(const Scene& scene) {
  const auto& node = scene.step.node;
  return judge_stop("groups-quorum-kept",
                    scene,
                    "a quorum of every stream and consumer without " + node,
                    [&](Readings& readings, const JetStreamScene& jetstream) {
                      Troubles troubles(readings);
                      for (const auto& [key, group] : jetstream.groups) {
                        if (group.copies_wanted() > 2)
                          judge_group(troubles, jetstream, key, group, node);
                      }
                    });
}

// Whether a group of one or two copies has one on the node.
bool has_one_of_few(const RaftGroupView& group, const std::string& node) {
  return group.copies_wanted() <= 2 && !group.is_ephemeral() && group.copy_on(node);
}

bool is_lost_with_its_server(const RaftGroupView& group) {
  return group.copies.front().stream->config.storage == "memory" && group.copies_wanted() == 1;
}

std::string as_pattern(const RaftGroupView& group) {
  return group.account + "/" + group.stream;
}

// A consumer is as its stream; it is judged for itself only when it has fewer copies.
bool goes_with_its_stream(const RaftGroupView& group) {
  return !group.consumer.empty() &&
         group.copies_wanted() == group.copies.front().stream->config.num_replicas;
}

std::vector<Reading> few_copies_accepted(const Scene& scene) {
  const auto& node = scene.step.node;
  const auto& accepted = scene.plan.policy.jetstream;
  return judge_stop(
      "few-copies-accepted",
      scene,
      "no stream that the plan does not accept to be away with " + node,
      [&](Readings& readings, const JetStreamScene& jetstream) {
        Troubles troubles(readings);
        for (const auto& [key, group] : jetstream.groups) {
          if (!has_one_of_few(group, node) || goes_with_its_stream(group)) continue;
          if (accepts(accepted.accept_offline, group.account, group.stream) ||
              accepts(accepted.accept_loss, group.account, group.stream)) {
            continue;
          }
          troubles.add(
              node,
              fmt::format("{} has {} and is away while {} is",
                          group.name(),
                          group.copies_wanted() == 1 ? "its only copy there" : "two copies",
                          node),
              fmt::format("three copies, or policy.jetstream.accept_offline: [ {} ]",
                          as_pattern(group)));
        }
      });
}

std::vector<Reading> memory_copies_accepted(const Scene& scene) {
  const auto& node = scene.step.node;
  return judge_stop(
      "memory-copies-accepted",
      scene,
      "no messages in the memory of " + node + " alone that the plan does not accept to lose",
      [&](Readings& readings, const JetStreamScene& jetstream) {
        Troubles troubles(readings);
        for (const auto& [key, group] : jetstream.groups) {
          if (!group.consumer.empty() || !group.copy_on(node) || !is_lost_with_its_server(group))
            continue;
          if (accepts(scene.plan.policy.jetstream.accept_loss, group.account, group.stream))
            continue;
          troubles.add(node,
                       fmt::format("{} has its {} messages in the memory of {} alone",
                                   group.name(),
                                   group.copy_on(node)->stream->state.messages,
                                   node),
                       fmt::format("three copies, or policy.jetstream.accept_loss: [ {} ]",
                                   as_pattern(group)));
        }
      });
}

}  // namespace

std::vector<Condition> jetstream_stop_conditions() {
  return {{"meta-quorum-kept",
           "without the node JetStream's meta group still has a quorum of current peers",
           meta_quorum_kept},
          {"groups-quorum-kept",
           "without the node every stream and consumer of three or more copies still has a quorum",
           groups_quorum_kept},
          {"few-copies-accepted",
           "the plan accepts that the node's streams of one or two copies are away with it",
           few_copies_accepted},
          {"memory-copies-accepted",
           "the plan accepts the loss of what the node alone has in memory",
           memory_copies_accepted}};
}

}  // namespace gates
