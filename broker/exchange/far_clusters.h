#pragma once

#include "broker/exchange/destination.h"

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// How answers find back to the cluster they were asked from. A request whose reply subject was
// subscribed to only just now leaves with another one, because the far cluster may not have heard
// of that subscription yet:
//
//   _GR_.<hash of the asking cluster's name>.<hash of the asking server's id>.<reply subject>
//
// A message to such a subject goes straight to that cluster, there to that server, and there to
// the reply subject itself. Who answers never sees it.
// Source: nats-server server/gateway.go (gwReplyPrefix, sendMsgToGateways, handleGatewayReply)
namespace broker {

inline constexpr std::string_view kRoutedReplies = "_GR_.";

struct RoutedReply {
  std::string_view cluster = {};  // hashes
  std::string_view server = {};
  std::string_view subject = {};  // what was asked for
};

// Nothing: the subject is none of those.
std::optional<RoutedReply> read_routed_reply(std::string_view subject);

// The connections by which a routed reply is passed on. Threads: any, but for set_up(); one lock.
class FarClusters {
 public:
  // This server has gateways. Before the workers run.
  void set_up(std::string_view cluster, std::string_view server_id);

  bool enabled() const { return !prefix_.empty(); }

  const std::string& prefix() const { return prefix_; }  // "_GR_.k8sT2m.Q0pR1s."

  // The connection to another cluster, and to another server of ours.
  void add_cluster(std::string_view name, const std::shared_ptr<Destination>& to);
  void add_server(std::string_view id, const std::shared_ptr<Destination>& to);
  void remove(const Destination& connection);

  bool is_our_cluster(const RoutedReply& reply) const { return reply.cluster == cluster_; }

  bool is_this_server(const RoutedReply& reply) const { return reply.server == server_; }

  // Null: there is none.
  std::shared_ptr<Destination> cluster(std::string_view hash) const;
  std::shared_ptr<Destination> server(std::string_view hash) const;

 private:
  struct Way {
    std::string hash;
    std::shared_ptr<Destination> to;
  };

  using Ways = std::vector<Way>;
  static std::shared_ptr<Destination> find(const Ways& ways, std::string_view hash);

  std::string cluster_;  // hashes of ours; set before other threads look
  std::string server_;
  std::string prefix_;
  mutable std::mutex mutex_;
  Ways clusters_;  // guarded by mutex_
  Ways servers_;   // guarded by mutex_
};

}  // namespace broker
