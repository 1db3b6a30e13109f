#include "base/text.h"
#include "gates/jetstream_scene.h"

#include <fmt/core.h>

// Whether the data are there: what a copy holds, and what streams and consumers held before the
// change. "Current" is a leader's opinion, and was wrong by thousands of messages on 2.10.27 and
// 2.15.1 just after a restart; and a stream that lost its only server can come back empty, with
// every light green.
namespace gates {

namespace {

using watch::GroupCopy;
using watch::RaftGroupView;

const contract::StreamState& state_of(const GroupCopy& copy) {
  return copy.stream->state;
}

const GroupCopy* copy_before(const JetStreamScene& jetstream,
                             const std::string& key,
                             const std::string& node) {
  const auto at = jetstream.before.find(key);
  return at == jetstream.before.end() ? nullptr : at->second.copy_on(node);
}

// Nothing came, went or was acknowledged between the two looks at both, and still they differ.
bool differs_at_rest(const JetStreamScene& jetstream,
                     const std::string& key,
                     const GroupCopy& copy,
                     const GroupCopy& leader) {
  const auto* copys = copy_before(jetstream, key, copy.node);
  const auto* leaders = copy_before(jetstream, key, leader.node);
  const auto same = [](const GroupCopy& one, const GroupCopy& other) {
    const auto& a = state_of(one);
    const auto& b = state_of(other);
    // Where an empty stream begins 2.9 tells as 0 and 2.10 as 1.
    const bool same_begin = a.first_seq == b.first_seq || a.messages == 0;
    return a.messages == b.messages && same_begin && a.last_seq == b.last_seq;
  };
  return copys && leaders && same(*copys, copy) && same(*leaders, leader) && !same(copy, leader);
}

void judge_copy(Troubles& troubles,
                const JetStreamScene& jetstream,
                const std::string& key,
                const GroupCopy& copy) {
  const auto& group = jetstream.groups.at(key);
  const auto* leader = group.leader();
  if (!leader || leader->node == copy.node) return;
  const auto earlier = leader_before(jetstream, key, copy);
  const auto own = state_of(copy).last_seq;
  if (!earlier) {
    troubles.add(copy.node,
                 group.name() + ": its leader was not seen before it",
                 "two looks, to compare them");
  } else if (!watch::has_reached(copy, *earlier)) {
    troubles.add(copy.node,
                 fmt::format("{} ends at {}, its leader {} was at {} before that",
                             group.name(),
                             own,
                             leader->node,
                             state_of(*earlier).last_seq),
                 "all that its leader had");
  } else if (differs_at_rest(jetstream, key, copy, *leader)) {
    troubles.add(copy.node,
                 fmt::format("{} holds {} messages from {} on, its leader {} holds {} from {} on",
                             group.name(),
                             state_of(copy).messages,
                             state_of(copy).first_seq,
                             leader->node,
                             state_of(*leader).messages,
                             state_of(*leader).first_seq),
                 "the same");
  }
}

// A server that has just started does not tell of a stream before it has read it.
bool is_to_have(const RaftGroupView& group, const std::string& node) {
  const auto* leader = group.leader();
  if (!leader) return false;
  const auto& peers = leader->replicas();
  return std::any_of(
      peers.begin(), peers.end(), [&](const auto& peer) { return peer.name == node; });
}

std::vector<Reading> sequences_caught_up(const Scene& scene) {
  return judge_jetstream(Readings("sequences-caught-up"),
                         jetstream_scene(scene),
                         "every copy with all that its leader had",
                         [&](Readings& readings, const JetStreamScene& jetstream) {
                           Troubles troubles(readings);
                           const auto nodes = subjects(scene);
                           for (const auto& [key, group] : jetstream.groups) {
                             if (!group.consumer.empty()) continue;
                             for (const auto* node : nodes) {
                               if (const auto* copy = group.copy_on(node->name)) {
                                 judge_copy(troubles, jetstream, key, *copy);
                               } else if (is_to_have(group, node->name)) {
                                 troubles.add(node->name,
                                              "it does not tell of " + group.name() + " yet",
                                              "its copy of it");
                               }
                             }
                           }
                         });
}

// What JetStream held before this node's change, or before the run; nullptr: nobody noted it.
const watch::JetStreamBefore* noted(const Scene& scene) {
  for (const auto& name : {scene.step.node, std::string(watch::kWholeCluster)}) {
    const auto at = scene.before.find(name);
    if (at != scene.before.end() && at->second.jetstream) return &*at->second.jetstream;
  }
  return nullptr;
}

// A stream from which nothing goes by itself; if it has fewer messages, somebody took them or they
// were lost.
bool keeps_everything(const contract::StreamSettings& stream) {
  return stream.retention == "limits" && stream.max_msgs <= 0 && stream.max_bytes <= 0 &&
         stream.max_age <= base::nanoseconds{} && stream.max_msgs_per_subject <= 0 &&
         !stream.allow_rollup_hdrs && !stream.allow_msg_ttl;
}

// What is wrong with a stream after the change; empty: nothing.
std::string change_of(const GroupCopy& leader, const watch::StreamBefore& was) {
  const auto& now = state_of(leader);
  if (now.last_seq < was.last_seq)
    return fmt::format("ended at {} before and ends at {} now", was.last_seq, now.last_seq);
  if (now.messages > 0 && now.first_seq < was.first_seq) {
    return fmt::format("began at {} before and begins at {} now: what was gone is back",
                       was.first_seq,
                       now.first_seq);
  }
  if (now.messages > was.messages + (now.last_seq - was.last_seq)) {
    return fmt::format("had {} messages, got {} since, and holds {}: what was gone is back",
                       was.messages,
                       now.last_seq - was.last_seq,
                       now.messages);
  }
  if (now.messages < was.messages && keeps_everything(leader.stream->config)) {
    return fmt::format("had {} messages and holds {}, though nothing in its settings removes any",
                       was.messages,
                       now.messages);
  }
  return {};
}

bool loss_is_accepted(const Scene& scene, const std::string& key) {
  const auto end = key.find(" > ", key.find(" > ") + 3);
  const auto begin = key.find(" > ");
  return accepts(scene.plan.policy.jetstream.accept_loss,
                 key.substr(0, begin),
                 key.substr(begin + 3, end == std::string::npos ? end : end - begin - 3));
}

using JudgeNoted =
    std::function<void(Troubles&, const JetStreamScene&, const watch::JetStreamBefore&)>;

std::vector<Reading> judge_noted(const std::string& condition,
                                 const Scene& scene,
                                 const std::string& wanted,
                                 const JudgeNoted& judge) {
  return judge_jetstream(Readings(condition),
                         jetstream_scene(scene),
                         wanted,
                         [&](Readings& readings, const JetStreamScene& jetstream) {
                           const auto* before = noted(scene);
                           if (!before)
                             return readings.unknown("", "nobody noted what there was", wanted);
                           Troubles troubles(readings);
                           judge(troubles, jetstream, *before);
                         });
}

// The leader's copy, or what is wrong instead.
const GroupCopy* leader_of(const JetStreamScene& jetstream, const std::string& key) {
  const auto at = jetstream.groups.find(key);
  return at == jetstream.groups.end() ? nullptr : at->second.leader();
}

std::vector<Reading> streams_kept(const Scene& scene) {
  return judge_noted(
      "streams-kept",
      scene,
      "every stream with what it held",
      [&](Troubles& troubles, const JetStreamScene& jetstream, const auto& before) {
        for (const auto& [key, was] : before.streams) {
          if (loss_is_accepted(scene, key)) continue;
          const auto* leader = leader_of(jetstream, key);
          const auto change =
              leader ? change_of(*leader, was)
                     : fmt::format("with {} messages is not served by any server", was.messages);
          if (!change.empty())
            troubles.add(
                leader ? leader->node : "", "stream " + key + " " + change, "what it held");
        }
      });
}

std::vector<Reading> consumers_kept(const Scene& scene) {
  return judge_noted(
      "consumers-kept",
      scene,
      "every durable consumer where it was, or further",
      [&](Troubles& troubles, const JetStreamScene& jetstream, const auto& before) {
        for (const auto& [key, was] : before.consumers) {
          if (loss_is_accepted(scene, key)) continue;
          const auto* leader = leader_of(jetstream, key);
          if (!leader) {
            troubles.add("", "consumer " + key + " is not served by any server", "as before");
          } else if (leader->consumer->ack_floor.stream_seq < was.ack_floor) {
            troubles.add(
                leader->node,
                fmt::format("consumer {} had all acknowledged up to {} and has it up to {}",
                            key,
                            was.ack_floor,
                            leader->consumer->ack_floor.stream_seq),
                "no acknowledgement lost");
          }
        }
      });
}

}  // namespace

std::vector<Condition> jetstream_data_conditions() {
  return {
      {"sequences-caught-up",
       "the node's copies of streams have all that their leaders had a look before",
       sequences_caught_up},
      {"streams-kept", "no stream lost messages, and none that were gone are back", streams_kept},
      {"consumers-kept",
       "every durable consumer is there and has lost no acknowledgement",
       consumers_kept}};
}

}  // namespace gates
