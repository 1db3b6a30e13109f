#include "watch/observe.h"

#include "base/text.h"
#include "watch/leg.h"
#include "watch/raft_groups.h"

#include <utility>

#include <fmt/core.h>

namespace watch {

namespace {

constexpr std::size_t kClientsNamed = 5;  // enough to know whom to ask

plan::NodeView view_of(const Sample* sample) {
  plan::NodeView view;
  if (!sample || !sample->varz) {
    view.why_not = sample ? sample->trouble : "not looked at yet";
    return view;
  }
  const auto& varz = *sample->varz;
  view.reachable = true;
  view.server_id = varz.server_id;
  view.version = varz.version;
  view.server_name = varz.server_name;
  view.cluster = varz.cluster.name;
  view.clients = clients_of(*sample);
  view.remotes = static_cast<int>(remotes_of(*sample).size());
  // A server alone has nobody to tell of; its connect_urls are empty too.
  view.advertises = !varz.connect_urls.empty() || view.remotes == 0;
  view.healthy = sample->healthz && sample->healthz->ok();
  view.jetstream = has_jetstream(*sample);
  const auto* meta = sample->jetstream && sample->jetstream->jsz.meta_cluster
                         ? &*sample->jetstream->jsz.meta_cluster
                         : nullptr;
  view.meta_leader = meta && !varz.server_name.empty() && meta->leader == varz.server_name;
  return view;
}

}  // namespace

bool has_jetstream(const Sample& sample) {
  return sample.varz && !sample.varz->jetstream.fields().empty();
}

// /varz of 2.9 tells JetStream's settings as they were when it was asked for the first time, and
// that may have been before JetStream had started.
std::string domain_of(const Sample& sample) {
  const auto* told = sample.jetstream.get();
  if (told && !told->jsz.disabled && !told->jsz.config.domain.empty())
    return told->jsz.config.domain;
  return sample.varz ? sample.varz->jetstream["config"]["domain"].text() : std::string();
}

bool is_clustered(const Sample& sample) {
  return sample.varz && sample.varz->cluster.cluster_port > 0;
}

bool has_gateways(const Sample& sample) {
  return sample.varz && !sample.varz->gateway.fields().empty();
}

bool has_leafs(const Sample& sample) {
  return sample.varz && !sample.varz->leaf.fields().empty();
}

plan::ClusterView observe(const plan::Plan& plan, const Snapshot& snapshot) {
  plan::ClusterView view;
  for (const auto& node : plan.nodes)
    view.nodes[node.name] = view_of(snapshot.find(node.name));
  if (plan.temp_node) {
    const auto* sample = snapshot.find(plan.temp_node->node.name);
    if (sample && sample->varz) view.nodes[plan.temp_node->node.name] = view_of(sample);
  }
  return view;
}

namespace {

// Clients of a server know the others of its cluster.
bool is_of_its_cluster(const Sample& other, const Sample* sample) {
  if (!sample || !sample->varz || !other.varz) return true;
  const auto& cluster = sample->varz->cluster.name;
  return !cluster.empty() && other.varz->cluster.name == cluster;
}

}  // namespace

std::map<std::string, int> leafs_of(const Snapshot& snapshot) {
  std::map<std::string, int> leafs;
  for (const auto& [node, sample] : snapshot.nodes) {
    if (!sample.leafz) continue;
    for (const auto& leaf : sample.leafz->leafs)
      ++leafs[leaf.account];
  }
  return leafs;
}

Before before_of(const std::string& node, const Snapshot& snapshot) {
  const auto* sample = snapshot.find(node);
  const auto view = view_of(sample);
  Before before{.server_id = view.server_id, .version = view.version, .clients = view.clients};
  for (const auto& [name, other] : snapshot.nodes) {
    if (name == node || is_of_its_cluster(other, sample))
      before.cluster_clients += clients_of(other);
  }
  before.leafs = leafs_of(snapshot);
  for (const auto& [name, other] : snapshot.nodes) {
    if (other.refused_clients)
      before.refused_clients.insert(other.refused_clients->begin(), other.refused_clients->end());
  }
  if (!sample || !sample->varz) return before;
  const auto& varz = *sample->varz;
  before.system_account = varz.system_account;
  before.up = varz.now - varz.start;
  before.slow_consumers = varz.slow_consumers.value_or(0);
  before.api_errors = varz.jetstream["stats"]["api"]["errors"].unsigned_integer();
  before.has_jetstream = has_jetstream(*sample);
  if (sample->gatewayz) {
    for (const auto& [cluster, server] : sample->gatewayz->outbound)
      before.gateways.insert(cluster);
  }
  if (before.has_jetstream) before.jetstream = jetstream_now(snapshot);
  return before;
}

Baseline baseline_of(const plan::Plan& plan, const Snapshot& snapshot) {
  Baseline baseline;
  for (const auto& node : plan.nodes) {
    auto& before = baseline[node.name];
    before = before_of(node.name, snapshot);
    // Told once, and not again with every node.
    if (before.jetstream)
      baseline[kWholeCluster].jetstream = std::exchange(before.jetstream, std::nullopt);
  }
  return baseline;
}

std::string way_to(const plan::Node& node) {
  return node.monitor ? "http://" + node.monitor.text() : "the system account";
}

std::string mismatch(const plan::Plan& plan, const plan::Node& node, const contract::Varz& varz) {
  // A server without a configured name has its id as its name.
  if (varz.server_name != node.name && varz.server_name != varz.server_id) {
    return fmt::format("{} answers as server '{}'", way_to(node), varz.server_name);
  }
  const auto& cluster = plan.cluster_of(node.name);
  // A server that is in no cluster shows its own name as one until 2.10, and none later.
  const bool alone = varz.cluster.cluster_port == 0 && plan.members_of(cluster).size() == 1;
  if (!cluster.empty() && varz.cluster.name != cluster && !alone) {
    return fmt::format("it is in cluster '{}', the plan says '{}'", varz.cluster.name, cluster);
  }
  if (varz.port != node.client.port) {
    return fmt::format("the server behind {} has client port {}, the plan says {}",
                       way_to(node),
                       varz.port,
                       node.client.port);
  }
  return {};
}

Clients clients_in(contract::Connz connz) {
  Clients clients{.total = connz.total};
  for (auto& client : connz.connections) {
    if (client.name.starts_with(kProbeName)) {
      ++clients.of_the_probe;
    } else if (clients.first.size() < kClientsNamed) {
      clients.first.push_back(std::move(client));
    }
  }
  return clients;
}

int clients_of(const Sample& sample) {
  if (sample.clients) return static_cast<int>(sample.clients->total - sample.clients->of_the_probe);
  return sample.varz ? static_cast<int>(sample.varz->connections.value_or(0)) : 0;
}

std::string clients_in_words(const Sample& sample) {
  const auto total = static_cast<std::size_t>(clients_of(sample));
  auto text = base::count_of(total, "client");
  if (!sample.clients || total == 0) return text;
  std::vector<std::string> names;
  for (const auto& client : sample.clients->first) {
    const auto name = client.name.empty() ? fmt::format("cid:{}", client.cid) : client.name;
    names.push_back(fmt::format(
        "{} ({} {}, {}:{})", name, client.lang, client.version, client.ip, client.port));
  }
  if (names.empty()) return text;
  text += ": " + base::join(names, ", ");
  return total > names.size() ? text + fmt::format(" and {} more", total - names.size()) : text;
}

std::set<std::string> remotes_of(const Sample& sample) {
  std::set<std::string> ids;
  if (!sample.routez) return ids;
  for (const auto& peer : sample.routez->peers)
    ids.insert(peer.remote_id);
  return ids;
}

std::uint64_t newest_route(const Sample& sample) {
  std::uint64_t newest = 0;
  if (!sample.routez) return newest;
  for (const auto& peer : sample.routez->peers)
    newest = std::max(newest, peer.newest);
  return newest;
}

}  // namespace watch
