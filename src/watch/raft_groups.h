#pragma once

#include "watch/sample.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

// The raft groups of streams and consumers, put together from what the servers of a snapshot tell.
// Pure. What is given points into the snapshot, which outlives it.
namespace watch {

// One server's word about a group that it has a copy of.
struct GroupCopy {
  std::string node;
  const JetStreamSight* sight = nullptr;
  const contract::StreamDetail* stream = nullptr;
  const contract::ConsumerDetail* consumer = nullptr;  // none: the group is the stream's own

  // Whom it takes for the leader; the server itself where there is no cluster.
  const std::string& names_as_leader() const;
  const std::vector<contract::RaftPeer>& replicas() const;
};

struct RaftGroupView {
  std::string domain;  // see domain_of; streams of two domains may have one name
  std::string account;
  std::string stream;
  std::string consumer;           // empty: the stream itself
  std::vector<GroupCopy> copies;  // in the order of the nodes' names

  std::string name() const;  // "stream APP > ORDERS", "consumer APP > ORDERS > DUR"
  const GroupCopy* copy_on(const std::string& node) const;
  const GroupCopy* leader() const;  // the copy that names itself; nullptr: no server does
  int copies_wanted() const;        // by the settings of the stream or consumer
  bool is_ephemeral() const;        // a consumer that its client makes anew
};

// By domain, account, stream and consumer. `which` of each node's two sights is read.
using RaftGroups = std::map<std::string, RaftGroupView>;
enum class Which { latest, before };
RaftGroups raft_groups(const Snapshot& snapshot, Which which = Which::latest);

// The same group's copy as a server told of it at another time; nothing: it did not.
std::optional<GroupCopy> copy_in(const RaftGroupView& group,
                                 const std::string& node,
                                 const JetStreamSight& sight);

// Whether a copy holds all that another one held: the last message of a stream, what a consumer had
// delivered and been acknowledged.
bool has_reached(const GroupCopy& copy, const GroupCopy& other);

// What JetStream holds now, as the leaders tell it, and who the peers of the meta group are.
JetStreamBefore jetstream_now(const Snapshot& snapshot);

}  // namespace watch
