#pragma once

#include "base/clock.h"
#include "contract/jetstream.h"
#include "contract/links.h"
#include "contract/monitoring.h"

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

// What one node showed at one instant. What could not be had is absent, and absent is never good
// news.
namespace watch {

// What a node told of its JetStream: one whole answer, all its pages.
struct JetStreamSight {
  base::Time asked;  // nothing in it is older
  base::Time taken;  // when the last page had come
  contract::Jsz jsz;
};

// What an earlier look at the same process showed of what is judged by its change.
struct EarlierLook {
  base::Time taken;
  bool healthy = false;
  std::int64_t slow_consumers = 0;
  std::uint64_t api_errors = 0;    // of JetStream's API
  std::uint64_t newest_route = 0;  // its rid; connections are numbered as they come
};

// Of a server's clients, what is kept: there may be many, of many servers.
struct Clients {
  std::int64_t total = 0;
  std::int64_t of_the_probe = 0;            // natsctl's own, among those that were named
  std::vector<contract::ConnInfo> first{};  // the first few of the others
};

struct Sample {
  std::string node;
  base::Time taken;     // when the answers had all come
  std::string trouble;  // why something is absent: "connection refused"; empty: nothing is
  bool refused =
      false;  // nobody listens on the monitoring port: the server has ended, or never ran
  std::optional<contract::Varz> varz;
  std::optional<Clients> clients;
  std::optional<contract::RoutePeers> routez;

  // Whom this process refused by their login, of the last closed connections that it remembers:
  // "app (orders, 10.0.0.7)".
  std::optional<std::set<std::string>> refused_clients;
  std::optional<contract::Healthz> healthz;
  std::optional<contract::Gatewayz> gatewayz;  // of a node with gateways only
  std::optional<contract::Leafz> leafz;        // of a node that takes or makes leaf connections

  // Of a node with JetStream only. The latest whole answer of this process, not always of this
  // look: a large one is asked for less often, at the latest after `jetstream_every`.
  std::shared_ptr<const JetStreamSight> jetstream;
  std::shared_ptr<const JetStreamSight> jetstream_before;  // and the one before that
  // Still older ones, the newest first, the fewer the older: servers are asked at paces of their
  // own, and what one holds is compared with what another had earlier.
  std::vector<std::shared_ptr<const JetStreamSight>> jetstream_earlier;
  base::nanoseconds jetstream_every{};

  std::optional<EarlierLook> last_look;      // the look before this one
  std::optional<EarlierLook> some_time_ago;  // the oldest of the last seconds
};

// Whether it is a server with JetStream, on or switched off. /varz tells in each state, also in
// lame duck mode and after a removal from the meta group, when /jsz says "disabled".
bool has_jetstream(const Sample& sample);

// JetStream's domain that it belongs to; empty: the one without a name. Servers of one domain have
// one meta group, across all clusters of a super-cluster; a leaf node's is mostly another.
std::string domain_of(const Sample& sample);

// Whether it is a member of a cluster. One that is not has no raft groups.
bool is_clustered(const Sample& sample);

bool has_gateways(const Sample& sample);
bool has_leafs(const Sample& sample);

// The latest sample of every node that is watched.
struct Snapshot {
  std::map<std::string, Sample> nodes;

  const Sample* find(const std::string& node) const {
    const auto at = nodes.find(node);
    return at == nodes.end() ? nullptr : &at->second;
  }
};

// What JetStream held at one moment, as the leaders of its raft groups told it: what "nothing was
// lost" is judged against. Keys are "ACCOUNT > STREAM" and "ACCOUNT > STREAM > CONSUMER"; ephemeral
// consumers are left out, their clients make them anew.
struct StreamBefore {
  std::uint64_t messages = 0;
  std::uint64_t first_seq = 0;
  std::uint64_t last_seq = 0;

  bool operator==(const StreamBefore&) const = default;
};

struct ConsumerBefore {
  std::uint64_t delivered = 0;  // sequences of the stream
  std::uint64_t ack_floor = 0;

  bool operator==(const ConsumerBefore&) const = default;
};

struct JetStreamBefore {
  std::set<std::string> peers = {};  // of the meta group
  std::map<std::string, StreamBefore> streams = {};
  std::map<std::string, ConsumerBefore> consumers = {};

  bool operator==(const JetStreamBefore&) const = default;
};

// What a node was before we touched it: what "new server id" and "its clients moved" are judged
// against. Written to the journal before the first change, so that it outlives natsctl.
struct Before {
  std::string server_id = {};
  std::string version = {};
  std::string system_account = {};
  int clients = 0;
  int cluster_clients = 0;  // of its cluster's servers at that moment: what the others are to hold
  std::uint64_t server_pid = 0;
  base::nanoseconds up{};  // for how long the server had run; its counters count from its start
  std::int64_t slow_consumers = 0;
  std::uint64_t api_errors = 0;  // of JetStream's API
  bool has_jetstream = false;
  std::set<std::string> gateways = {};    // the clusters that it had a connection to
  std::map<std::string, int> leafs = {};  // connections of leaf nodes by account, at all servers
  std::set<std::string> refused_clients = {};     // as in Sample, of all servers: clients go around
  std::optional<JetStreamBefore> jetstream = {};  // of the cluster, just before the node's change

  bool operator==(const Before&) const = default;
};

// By node; under kWholeCluster, with `jetstream` alone, what was noted when the run began.
using Baseline = std::map<std::string, Before>;
inline constexpr const char* kWholeCluster = "";

}  // namespace watch
