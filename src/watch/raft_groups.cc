#include "watch/raft_groups.h"

namespace watch {

namespace {

const contract::RaftGroup* group_of(const GroupCopy& copy) {
  const auto& cluster = copy.consumer ? copy.consumer->cluster : copy.stream->cluster;
  return cluster ? &*cluster : nullptr;
}

// "APP > ORDERS > DUR", "leaf: APP > ORDERS"
std::string key_of(const std::string& domain, const std::string& account, const GroupCopy& copy) {
  auto key = (domain.empty() ? "" : domain + ": ") + account + " > " + copy.stream->name;
  if (copy.consumer) key += " > " + copy.consumer->name;
  return key;
}

void add(RaftGroups& groups,
         const std::string& domain,
         const std::string& account,
         const std::string& consumer,
         const GroupCopy& copy) {
  auto& group = groups[key_of(domain, account, copy)];
  group.domain = domain;
  group.account = account;
  group.stream = copy.stream->name;
  group.consumer = consumer;
  group.copies.push_back(copy);
}

void add_all(RaftGroups& groups,
             const std::string& domain,
             const std::string& node,
             const JetStreamSight& sight) {
  for (const auto& account : sight.jsz.account_details) {
    for (const auto& stream : account.stream_detail) {
      add(groups, domain, account.name, "", {node, &sight, &stream, nullptr});
      for (const auto& consumer : stream.consumer_detail)
        add(groups, domain, account.name, consumer.name, {node, &sight, &stream, &consumer});
    }
  }
}

}  // namespace

const std::string& GroupCopy::names_as_leader() const {
  const auto* group = group_of(*this);
  return group ? group->leader : node;
}

const std::vector<contract::RaftPeer>& GroupCopy::replicas() const {
  static const std::vector<contract::RaftPeer> none;
  const auto* group = group_of(*this);
  return group ? group->replicas : none;
}

std::string RaftGroupView::name() const {
  auto text = (consumer.empty() ? "stream " : "consumer ") + account + " > " + stream;
  if (!consumer.empty()) text += " > " + consumer;
  return domain.empty() ? text : text + " of domain " + domain;
}

const GroupCopy* RaftGroupView::copy_on(const std::string& node) const {
  for (const auto& copy : copies) {
    if (copy.node == node) return &copy;
  }
  return nullptr;
}

const GroupCopy* RaftGroupView::leader() const {
  for (const auto& copy : copies) {
    if (copy.names_as_leader() == copy.node) return &copy;
  }
  return nullptr;
}

int RaftGroupView::copies_wanted() const {
  const auto& copy = copies.front();
  return copy.consumer ? contract::replicas_of(copy.consumer->config, copy.stream->config)
                       : copy.stream->config.num_replicas;
}

bool RaftGroupView::is_ephemeral() const {
  const auto* consumer_here = copies.front().consumer;
  return consumer_here && consumer_here->config.durable_name.empty();
}

RaftGroups raft_groups(const Snapshot& snapshot, Which which) {
  RaftGroups groups;
  for (const auto& [node, sample] : snapshot.nodes) {
    const auto& sight = which == Which::latest ? sample.jetstream : sample.jetstream_before;
    if (sight) add_all(groups, domain_of(sample), node, *sight);
  }
  return groups;
}

std::optional<GroupCopy> copy_in(const RaftGroupView& group,
                                 const std::string& node,
                                 const JetStreamSight& sight) {
  for (const auto& account : sight.jsz.account_details) {
    if (account.name != group.account) continue;
    for (const auto& stream : account.stream_detail) {
      if (stream.name != group.stream) continue;
      if (group.consumer.empty()) return GroupCopy{node, &sight, &stream, nullptr};
      for (const auto& consumer : stream.consumer_detail) {
        if (consumer.name == group.consumer) return GroupCopy{node, &sight, &stream, &consumer};
      }
    }
  }
  return std::nullopt;
}

bool has_reached(const GroupCopy& copy, const GroupCopy& other) {
  if (!copy.consumer || !other.consumer)
    return copy.stream->state.last_seq >= other.stream->state.last_seq;
  return copy.consumer->delivered.stream_seq >= other.consumer->delivered.stream_seq &&
         copy.consumer->ack_floor.stream_seq >= other.consumer->ack_floor.stream_seq;
}

JetStreamBefore jetstream_now(const Snapshot& snapshot) {
  JetStreamBefore result;
  for (const auto& [key, group] : raft_groups(snapshot)) {
    const auto* leader = group.leader();
    if (!leader || group.is_ephemeral()) continue;
    if (leader->consumer) {
      result.consumers[key] = {.delivered = leader->consumer->delivered.stream_seq,
                               .ack_floor = leader->consumer->ack_floor.stream_seq};
    } else {
      const auto& state = leader->stream->state;
      result.streams[key] = {
          .messages = state.messages, .first_seq = state.first_seq, .last_seq = state.last_seq};
    }
  }
  for (const auto& [node, sample] : snapshot.nodes) {
    const auto* meta = sample.jetstream && sample.jetstream->jsz.meta_cluster
                           ? &*sample.jetstream->jsz.meta_cluster
                           : nullptr;
    if (!meta || !sample.varz || meta->leader != sample.varz->server_name) continue;
    result.peers.insert(meta->leader);
    for (const auto& peer : meta->replicas)
      result.peers.insert(peer.name);
  }
  return result;
}

}  // namespace watch
