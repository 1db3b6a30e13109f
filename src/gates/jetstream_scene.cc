#include "gates/jetstream_scene.h"

#include "base/text.h"

#include <fmt/core.h>

namespace gates {

namespace {

constexpr std::size_t kNamed = 5;  // groups in trouble, by condition; enough to see what it is

std::string in_seconds(base::nanoseconds time) {
  return fmt::format("{:.1f}s", std::chrono::duration<double>(time).count());
}

// A sight may be as old as the time between two of them makes it, and no older.
std::string trouble_of_sight(const Scene& scene, const watch::Sample& sample) {
  if (!sample.jetstream)
    return "no /jsz" + (sample.trouble.empty() ? std::string() : ": " + sample.trouble);
  const auto age = scene.time - sample.jetstream->taken;
  if (age <= scene.plan.policy.gates.max_age + sample.jetstream_every) return {};
  return fmt::format("its JetStream was last seen {} ago", in_seconds(age));
}

void take_in(JetStreamScene& jetstream, const Scene& scene, const std::string& node) {
  const auto now = seen(scene, node);
  if (!now) {
    jetstream.silent[node] = now.missing;
    return;
  }
  const auto before = scene.before.find(node);
  const bool had = before != scene.before.end() && before->second.has_jetstream;
  const bool has = watch::has_jetstream(*now.sample);
  if (!had && !has) return;
  jetstream.members.push_back(node);
  const auto& sight = now.sample->jetstream;
  if (watch::is_clustered(*now.sample) || (sight && sight->jsz.meta_cluster))
    jetstream.domains[watch::domain_of(*now.sample)].push_back(node);
  if (!has) {
    jetstream.disabled[node] = "it had JetStream before, and has none now";
    return;
  }
  if (auto trouble = trouble_of_sight(scene, *now.sample); !trouble.empty()) {
    jetstream.silent[node] = std::move(trouble);
  } else if (now.sample->jetstream->jsz.disabled) {
    jetstream.disabled[node] = "its JetStream is switched off";
  }
}

}  // namespace

JetStreamScene jetstream_scene(const Scene& scene, const std::string& without) {
  JetStreamScene jetstream;
  for (const auto* node : whole_mesh(scene)) {
    const auto* sample = scene.now.find(node->name);
    if (node->name == without && sample && sample->refused) continue;  // nothing runs there
    take_in(jetstream, scene, node->name);
  }
  for (const auto& node : jetstream.members) {
    if (!jetstream.is_silent(node)) jetstream.seen.nodes[node] = scene.now.nodes.at(node);
  }
  jetstream.groups = watch::raft_groups(jetstream.seen);
  jetstream.before = watch::raft_groups(jetstream.seen, watch::Which::before);
  return jetstream;
}

std::vector<Reading> judge_jetstream(Readings readings,
                                     const JetStreamScene& jetstream,
                                     const std::string& wanted,
                                     const JudgeJetStream& judge) {
  for (const auto& [node, why] : jetstream.silent)
    readings.unknown(node, why, wanted);
  if (!jetstream.silent.empty()) return readings.done();
  if (jetstream.members.empty()) {
    readings.green("", "no JetStream");
    return readings.done();
  }
  const auto had = readings.size();
  judge(readings, jetstream);
  if (readings.size() == had) readings.green("", wanted);
  return readings.done();
}

MetaView meta_view(const Scene& scene,
                   const JetStreamScene& jetstream,
                   const std::vector<std::string>& members) {
  for (const auto& node : members) {
    if (jetstream.is_silent(node) || jetstream.disabled.contains(node)) continue;
    const auto& sample = scene.now.nodes.at(node);
    const auto& meta = sample.jetstream->jsz.meta_cluster;
    if (!meta || meta->leader != sample.varz->server_name) continue;
    MetaView view{.leader = node, .view = &*meta};
    const auto* earlier = sample.jetstream_before.get();
    if (earlier && earlier->jsz.meta_cluster &&
        earlier->jsz.meta_cluster->leader == sample.varz->server_name) {
      view.before = &*earlier->jsz.meta_cluster;
    }
    return view;
  }
  return {};
}

std::string trouble_of_peer(const contract::RaftPeer& peer, const std::string& leader) {
  if (peer.offline) return fmt::format("its leader {} calls it offline", leader);
  if (peer.active >= kSilence) {
    return fmt::format("its leader {} has not heard of it for {}", leader, in_seconds(peer.active));
  }
  if (!peer.current || peer.lag > 0) {
    return fmt::format("its leader {} calls it {}current, {} entries behind",
                       leader,
                       peer.current ? "" : "not ",
                       peer.lag);
  }
  return {};
}

std::string trouble_of_copy(const JetStreamScene& jetstream,
                            const std::string& key,
                            const watch::RaftGroupView& group,
                            const contract::RaftPeer& peer) {
  auto trouble = trouble_of_peer(peer, group.leader()->node);
  if (trouble.empty() || peer.offline || peer.active >= kSilence) return trouble;
  const auto* copy = group.copy_on(peer.name);
  const auto earlier = copy ? leader_before(jetstream, key, *copy) : std::nullopt;
  return earlier && watch::has_reached(*copy, *earlier) ? "" : trouble;
}

std::optional<watch::GroupCopy> leader_before(const JetStreamScene& jetstream,
                                              const std::string& key,
                                              const watch::GroupCopy& copy) {
  const auto at = jetstream.groups.find(key);
  const auto* leader = at == jetstream.groups.end() ? nullptr : at->second.leader();
  if (!leader) return std::nullopt;
  const auto was_over = [&](const auto& sight) {
    return sight && sight->taken < copy.sight->asked;
  };
  const auto& sample = jetstream.seen.nodes.at(leader->node);
  if (was_over(sample.jetstream)) return *leader;
  auto earlier = sample.jetstream_earlier;
  earlier.insert(earlier.begin(), sample.jetstream_before);
  const auto last = std::find_if(earlier.begin(), earlier.end(), was_over);
  if (last == earlier.end()) return std::nullopt;
  auto then = watch::copy_in(at->second, leader->node, **last);
  return then && then->names_as_leader() == leader->node ? then : std::nullopt;
}

void Troubles::add(const std::string& node, const std::string& what, const std::string& wanted) {
  if (++count_ <= kNamed) readings_.red(node, what, wanted);
}

Troubles::~Troubles() {
  if (count_ > kNamed) readings_.red("", fmt::format("and {} more", count_ - kNamed), "none");
}

bool accepts(const std::vector<std::string>& patterns,
             const std::string& account,
             const std::string& stream) {
  return std::any_of(patterns.begin(), patterns.end(), [&](const std::string& pattern) {
    const auto slash = pattern.find('/');
    const auto name = slash == std::string::npos ? pattern : pattern.substr(slash + 1);
    const bool its_account = slash == std::string::npos || pattern.substr(0, slash) == account;
    return its_account && (name == "*" || name == stream);
  });
}

}  // namespace gates
