#pragma once

#include "gates/judging.h"
#include "watch/raft_groups.h"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

// What the conditions about JetStream share: who has it, who leads, and whose word counts.
//
// A raft group is judged by its leader's own view only: followers do not know how their peers are
// (see contract/jetstream.h). A peer is well when the leader calls it current and not offline, and
// has heard of it within kSilence; a dead one stays "current" for about ten seconds. One that lags
// is well too when its own server has all that the leader had a look before: under load every copy
// is a few messages behind at any instant.
namespace gates {

// A leader hears of its peers with every heartbeat, once a second; 1.6 s were seen on idle groups.
// Source: nats-server server/raft.go, hbInterval.
inline constexpr base::nanoseconds kSilence = std::chrono::seconds(3);

struct JetStreamScene {
  std::vector<std::string> members;  // servers with JetStream, on or off, of those that tell
  // Those of them that are members of a cluster, by domain: each domain has one meta group.
  std::map<std::string, std::vector<std::string>> domains;
  std::map<std::string, std::string> silent;    // of which nothing may be judged, and why
  std::map<std::string, std::string> disabled;  // of which JetStream is off, and why
  watch::RaftGroups groups;
  watch::RaftGroups before;  // as of the looks before
  watch::Snapshot seen;      // the servers that tell

  bool is_silent(const std::string& node) const { return silent.contains(node); }
};

// `without` is a node that is not to be asked: it may be away.
JetStreamScene jetstream_scene(const Scene& scene, const std::string& without = {});

// Makes the readings of a condition about JetStream. Nodes that are silent are unknown; without any
// JetStream it is green and says so; else `judge` adds what it finds, and when that is nothing,
// `all_well` is what is green.
using JudgeJetStream = std::function<void(Readings&, const JetStreamScene&)>;
std::vector<Reading> judge_jetstream(Readings readings,
                                     const JetStreamScene& jetstream,
                                     const std::string& wanted,
                                     const JudgeJetStream& judge);

// The leader's own view of a domain's meta group; nullptr: nobody leads it who is of this plan.
struct MetaView {
  std::string leader;
  const contract::MetaCluster* view = nullptr;
  const contract::MetaCluster* before = nullptr;  // a look earlier, when it led it then too

  explicit operator bool() const { return view != nullptr; }
};

MetaView meta_view(const Scene& scene,
                   const JetStreamScene& jetstream,
                   const std::vector<std::string>& members);

// Why a peer is not well, as its leader sees it; empty: it is. "its leader D has not heard of it
// for 4.2s"
std::string trouble_of_peer(const contract::RaftPeer& peer, const std::string& leader);

// The same for a peer of a stream or consumer, with the look at its own data.
std::string trouble_of_copy(const JetStreamScene& jetstream,
                            const std::string& key,
                            const watch::RaftGroupView& group,
                            const contract::RaftPeer& peer);

// What the group's leader had at the latest look that was over when `copy` was asked; nothing: it
// was not seen to lead then.
std::optional<watch::GroupCopy> leader_before(const JetStreamScene& jetstream,
                                              const std::string& key,
                                              const watch::GroupCopy& copy);

// Adds the first of many red readings, and how many more there are.
class Troubles {
 public:
  explicit Troubles(Readings& readings) : readings_(readings) {}

  ~Troubles();
  Troubles(const Troubles&) = delete;
  Troubles& operator=(const Troubles&) = delete;

  void add(const std::string& node, const std::string& what, const std::string& wanted);

  bool none() const { return count_ == 0; }

 private:
  Readings& readings_;
  std::size_t count_ = 0;
};

// Whether one of the patterns names the stream: "ORDERS", "APP/ORDERS", "APP/*", "*".
bool accepts(const std::vector<std::string>& patterns,
             const std::string& account,
             const std::string& stream);

}  // namespace gates
