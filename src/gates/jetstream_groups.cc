#include "base/text.h"
#include "gates/jetstream_scene.h"

#include <fmt/core.h>

// Whether the group of every stream and consumer is whole. A group of three in a cluster of five
// that has lost two of its servers has no leader, while /healthz is 200 on all that are left; only
// its own line in /jsz shows it (seen on 2.10.27 and 2.15.1).
namespace gates {

namespace {

using watch::RaftGroupView;

// "B and D name none", "B says A, D says none"
std::string what_they_say(const RaftGroupView& group) {
  std::vector<std::string> words;
  for (const auto& copy : group.copies) {
    const auto& named = copy.names_as_leader();
    words.push_back(fmt::format("{} names {}", copy.node, named.empty() ? "none" : named));
  }
  return base::join(words, ", ");
}

using JudgeGroup =
    std::function<void(Troubles&, const std::string& key, const RaftGroupView& group)>;

std::vector<Reading> judge_groups(const std::string& condition,
                                  const Scene& scene,
                                  const std::string& wanted,
                                  const std::function<JudgeGroup(const JetStreamScene&)>& how) {
  return judge_jetstream(Readings(condition),
                         jetstream_scene(scene),
                         wanted,
                         [&](Readings& readings, const JetStreamScene& jetstream) {
                           Troubles troubles(readings);
                           const auto judge = how(jetstream);
                           for (const auto& [key, group] : jetstream.groups)
                             judge(troubles, key, group);
                         });
}

std::vector<Reading> groups_led(const Scene& scene) {
  return judge_groups(
      "groups-led", scene, "a leader for every stream and consumer", [](const JetStreamScene&) {
        return [](Troubles& troubles, const std::string&, const RaftGroupView& group) {
          if (group.leader()) return;
          troubles.add("",
                       fmt::format("{} has no leader: {}", group.name(), what_they_say(group)),
                       "a server that leads it");
        };
      });
}

std::vector<Reading> groups_complete(const Scene& scene) {
  return judge_groups(
      "groups-complete",
      scene,
      "every stream and consumer with all its copies",
      [](const JetStreamScene&) {
        return [](Troubles& troubles, const std::string&, const RaftGroupView& group) {
          const auto* leader = group.leader();
          if (!leader) return;  // groups-led says so
          const auto copies = leader->replicas().size() + 1;
          const auto wanted = static_cast<std::size_t>(group.copies_wanted());
          if (copies == wanted) return;
          troubles.add(leader->node,
                       fmt::format("{} has {}",
                                   group.name(),
                                   copies == 1 ? "1 copy" : fmt::format("{} copies", copies)),
                       std::to_string(wanted));
        };
      });
}

std::vector<Reading> groups_current(const Scene& scene) {
  return judge_groups(
      "groups-current",
      scene,
      "every copy of a stream or consumer current",
      [](const JetStreamScene& jetstream) {
        return [&](Troubles& troubles, const std::string& key, const RaftGroupView& group) {
          if (!group.leader()) return;
          for (const auto& peer : group.leader()->replicas()) {
            const auto trouble = trouble_of_copy(jetstream, key, group, peer);
            if (trouble.empty()) continue;
            troubles.add(
                peer.name, group.name() + ": " + trouble, "a current copy, heard of within 3s");
          }
        };
      });
}

}  // namespace

std::vector<Condition> jetstream_group_conditions() {
  return {{"groups-led", "every stream and consumer has a leader that runs", groups_led},
          {"groups-complete",
           "every stream and consumer has as many copies as it is to have",
           groups_complete},
          {"groups-current",
           "as its leader sees it, every copy is current and was heard of within 3s",
           groups_current}};
}

}  // namespace gates
