#pragma once

#include "contract/jetstream.h"
#include "tests/support/fake_cluster.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace support {

struct FakeConsumer {
  std::string name = "DUR";
  std::string leader = {};  // as the stream when empty
  std::uint64_t delivered = 10;
  std::uint64_t ack_floor = 5;
  int replicas = 0;
};

struct FakeStream {
  std::string name = "ORDERS";
  std::vector<std::string> copies = {"A", "B", "D"};
  std::string leader = "A";
  int replicas = 3;
  std::string retention = "limits";
  std::string storage = "file";
  std::uint64_t first = 1;
  std::uint64_t last = 100;
  std::uint64_t messages = 100;
  std::map<std::string, std::uint64_t> ends_at = {};  // copies that are not where the leader is
  std::vector<FakeConsumer> consumers = {};
};

// JetStream of a FakeCluster: all in account APP. A test says what there is, show() makes every
// server tell its part of it as nats-server does; what else a server is to say is for `then`.
struct FakeJetStream {
  std::vector<std::string> servers = {"A", "B", "D"};
  std::vector<std::string> peers = {"A", "B", "D"};  // of the meta group
  std::string meta_leader = "A";
  std::vector<FakeStream> streams = {{}};

  contract::Jsz told_by(const std::string& node) const;

  // The look now; the one before it becomes what was shown last.
  void show(FakeCluster& cluster,
            const std::function<void(const std::string& node, contract::Jsz&)>& then = nullptr);
};

// The peer `name` as `jsz` tells of it for the meta group, or for a stream.
contract::RaftPeer& meta_peer(contract::Jsz& jsz, const std::string& name);
contract::RaftPeer& stream_peer(contract::Jsz& jsz,
                                const std::string& stream,
                                const std::string& name);

}  // namespace support
