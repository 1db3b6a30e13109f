#pragma once

#include "base/json.h"
#include "base/units.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What a NATS server says of its JetStream: the parts of /jsz that an upgrade is judged by. Read as
// in monitoring.h; what is not named here is left alone.
//
//   /jsz?accounts=1&streams=1&consumers=1&config=1&raft=1&limit=256
//
// Whose word counts. Every server of a raft group tells who its peers are, and only the leader
// knows how they are: a follower of 2.9 and 2.10 has no replicas of the meta group, one of 2.15 has
// them with "current": false for ever, and for a stream a follower says so on every release. The
// leader's word has its own trap: a dead peer stays "current": true for about ten seconds, so
// `offline` and `active` are part of the answer.
// Source: nats-server server/monitor.go, server/jetstream_cluster.go; observed on 2.9.10, 2.10.27
// and 2.15.1.
namespace contract {

// Another server of a raft group, as one server of it sees it.
struct RaftPeer {
  std::string name = {};  // server_name; "Server name unknown at this time (peerID: X)" after
                          // a restart, when that peer was not seen since
  bool current = false;
  bool offline = false;
  base::nanoseconds active{};  // since it was last heard of
  std::uint64_t lag = 0;       // entries it has not got
  std::string peer = {};       // its id: made of its name, so a new process has the same one
};

// The group of a stream or a consumer. One copy has no replicas, and its server as the leader.
struct RaftGroup {
  std::string name = {};                // of the cluster that it was placed in
  std::string raft_group = {};          // 2.10+
  std::string leader = {};              // server_name; empty: none that this server knows of
  std::vector<RaftPeer> replicas = {};  // the others
};

// The group that knows which streams and consumers there are, and where. It spans all clusters of a
// super-cluster.
struct MetaCluster {
  std::string name = {};
  std::string leader = {};
  std::string peer = {};  // the leader's id
  std::vector<RaftPeer> replicas = {};
  int cluster_size = 0;
  std::optional<std::uint64_t> pending = {};  // 2.10+: entries not yet applied
};

struct SequencePair {
  std::uint64_t consumer_seq = 0;
  std::uint64_t stream_seq = 0;

  bool operator==(const SequencePair&) const = default;
};

struct ConsumerSettings {
  std::string durable_name = {};  // empty: an ephemeral one, which its client makes anew
  int num_replicas = 0;           // 0: as the stream
  std::vector<std::string> filter_subjects = {};  // 2.10+
  base::Json metadata = {};                       // 2.10+; _nats.req.level from 2.11 on
};

struct ConsumerDetail {
  std::string stream_name = {};
  std::string name = {};
  ConsumerSettings config = {};
  SequencePair delivered = {};
  SequencePair ack_floor = {};
  std::uint64_t num_ack_pending = 0;
  std::uint64_t num_pending = 0;
  std::optional<RaftGroup> cluster = {};  // none on a server without a cluster
};

struct StreamSettings {
  std::string retention = {};  // "limits", "interest", "workqueue"
  std::string storage = {};    // "file", "memory"
  int num_replicas = 0;
  std::int64_t max_msgs = 0;  // -1: no limit; likewise below
  std::int64_t max_bytes = 0;
  std::int64_t max_msgs_per_subject = 0;
  base::nanoseconds max_age{};  // 0: no limit
  bool allow_rollup_hdrs = false;
  bool allow_msg_ttl = false;         // 2.11+
  base::Json mirror = {};             // of another stream
  std::string compression = {};       // 2.10+: "none", "s2"
  std::uint64_t first_seq = 0;        // 2.10+
  base::Json subject_transform = {};  // 2.10+
  base::Json consumer_limits = {};    // 2.10+
  base::Json metadata = {};           // 2.10+; _nats.req.level from 2.11 on
};

struct StreamState {
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;
  std::uint64_t consumer_count = 0;

  bool operator==(const StreamState&) const = default;
};

struct StreamDetail {
  std::string name = {};
  StreamSettings config = {};
  StreamState state = {};
  std::optional<RaftGroup> cluster = {};
  std::vector<ConsumerDetail> consumer_detail = {};
};

struct AccountDetail {
  std::string name = {};
  std::string id = {};
  std::uint64_t memory = 0;
  std::uint64_t storage = 0;
  std::uint64_t reserved_memory = 0;  // 18446744073709551615: no limit
  std::uint64_t reserved_storage = 0;
  std::vector<StreamDetail> stream_detail = {};
};

// The server's count of JetStream API requests.
struct JetStreamApi {
  std::optional<int> level = {};  // 2.11+
  std::uint64_t total = 0;
  std::uint64_t errors = 0;
};

struct JetStreamConfig {
  std::string domain = {};  // empty: the one without a name
};

struct Jsz {
  std::string server_id = {};
  base::WallTime now{};
  bool disabled = false;  // in lame duck mode from 2.10.2 on; after a removal from the meta group
  std::uint64_t memory = 0;
  std::uint64_t storage = 0;
  JetStreamConfig config = {};
  JetStreamApi api = {};
  std::uint64_t streams = 0;
  std::uint64_t consumers = 0;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::optional<MetaCluster> meta_cluster = {};     // none without a cluster, or when disabled
  std::vector<AccountDetail> account_details = {};  // of this page

  base::Json to_json() const;
  static base::Result<Jsz> from_json(const base::Json& json);
};

// The level of JetStream's API that a stream or consumer requires; 0: any server has it. Source:
// ADR-44.
int required_level(const base::Json& metadata);

// How many copies a consumer is to have. A consumer that does not say has as many as its stream,
// except the ephemeral ones of old on a stream with limits, which have one.
// Source: nats-server server/consumer.go, ConsumerConfig.replicas.
int replicas_of(const ConsumerSettings& consumer, const StreamSettings& stream);

}  // namespace contract
