#include "tests/support/fake_jetstream.h"

#include <algorithm>
#include <stdexcept>

namespace support {

namespace {

using contract::RaftPeer;

// As a leader sees its peers, or a follower, which knows nothing of another follower.
std::vector<RaftPeer> peers_of(const std::vector<std::string>& all,
                               const std::string& self,
                               const std::string& leader) {
  std::vector<RaftPeer> peers;
  for (const auto& name : all) {
    if (name == self) continue;
    RaftPeer peer{.name = name};
    peer.current = self == leader || name == leader;
    peer.active = peer.current ? std::chrono::milliseconds(300) : base::nanoseconds{};
    peers.push_back(peer);
  }
  return peers;
}

contract::ConsumerDetail consumer_of(const FakeStream& stream,
                                     const FakeConsumer& consumer,
                                     const std::string& node) {
  const auto leader = consumer.leader.empty() ? stream.leader : consumer.leader;
  contract::ConsumerDetail detail;
  detail.stream_name = stream.name;
  detail.name = consumer.name;
  detail.config = {.durable_name = consumer.name, .num_replicas = consumer.replicas};
  detail.delivered = {.consumer_seq = consumer.delivered, .stream_seq = consumer.delivered};
  detail.ack_floor = {.consumer_seq = consumer.ack_floor, .stream_seq = consumer.ack_floor};
  detail.cluster = contract::RaftGroup{.leader = leader};
  if (consumer.replicas != 1) detail.cluster->replicas = peers_of(stream.copies, node, leader);
  return detail;
}

contract::StreamDetail stream_of(const FakeStream& stream, const std::string& node) {
  contract::StreamDetail detail;
  detail.name = stream.name;
  detail.config.retention = stream.retention;
  detail.config.storage = stream.storage;
  detail.config.num_replicas = stream.replicas;
  detail.config.max_msgs = detail.config.max_bytes = detail.config.max_msgs_per_subject = -1;
  const auto behind = stream.ends_at.find(node);
  const auto missing = behind == stream.ends_at.end() ? 0 : stream.last - behind->second;
  detail.state = {.messages = stream.messages - missing,
                  .first_seq = stream.first,
                  .last_seq = stream.last - missing};
  detail.cluster = contract::RaftGroup{.leader = stream.leader};
  detail.cluster->replicas = peers_of(stream.copies, node, stream.leader);
  for (const auto& consumer : stream.consumers) {
    const bool here = consumer.replicas != 1 || consumer.leader == node;
    if (here) detail.consumer_detail.push_back(consumer_of(stream, consumer, node));
  }
  return detail;
}

RaftPeer& find(std::vector<RaftPeer>& peers, const std::string& name) {
  for (auto& peer : peers) {
    if (peer.name == name) return peer;
  }
  throw std::logic_error("there is no peer " + name);
}

}  // namespace

contract::Jsz FakeJetStream::told_by(const std::string& node) const {
  contract::Jsz jsz;
  jsz.meta_cluster = contract::MetaCluster{.name = "demo", .leader = meta_leader};
  jsz.meta_cluster->cluster_size = static_cast<int>(peers.size());
  if (node == meta_leader) jsz.meta_cluster->replicas = peers_of(peers, node, meta_leader);
  contract::AccountDetail account{.name = "APP", .id = "APP"};
  for (const auto& stream : streams) {
    if (std::find(stream.copies.begin(), stream.copies.end(), node) != stream.copies.end())
      account.stream_detail.push_back(stream_of(stream, node));
  }
  jsz.account_details.push_back(std::move(account));
  return jsz;
}

void FakeJetStream::show(FakeCluster& cluster,
                         const std::function<void(const std::string&, contract::Jsz&)>& then) {
  for (const auto& node : servers) {
    auto jsz = told_by(node);
    if (then) then(node, jsz);
    cluster.change(node, [&](auto& server) {
      server.jsz_before = server.jsz ? server.jsz : jsz;
      server.jsz = jsz;
    });
  }
}

RaftPeer& meta_peer(contract::Jsz& jsz, const std::string& name) {
  return find(jsz.meta_cluster->replicas, name);
}

RaftPeer& stream_peer(contract::Jsz& jsz, const std::string& stream, const std::string& name) {
  for (auto& detail : jsz.account_details.at(0).stream_detail) {
    if (detail.name == stream) return find(detail.cluster->replicas, name);
  }
  throw std::logic_error("there is no stream " + stream);
}

}  // namespace support
