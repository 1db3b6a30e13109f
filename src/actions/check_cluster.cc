#include "actions/preflight.h"
#include "actions/server.h"
#include "base/text.h"
#include "contract/version.h"
#include "gates/conditions.h"
#include "gates/same_users.h"
#include "gates/server_conf.h"
#include "watch/observe.h"

#include <set>

#include <fmt/core.h>

namespace actions {

namespace {

const contract::Varz* varz_of(const watch::Snapshot& now, const std::string& node) {
  const auto* sample = now.find(node);
  return sample && sample->varz ? &*sample->varz : nullptr;
}

void check_identity(std::vector<Finding>& findings,
                    const plan::Plan& plan,
                    const watch::Snapshot& now) {
  for (const auto& node : plan.nodes) {
    const auto* varz = varz_of(now, node.name);
    if (!varz) {
      const auto* sample = now.find(node.name);
      const auto trouble = sample ? sample->trouble : "not looked at";
      // Trouble with the system account names it.
      findings.push_back(
          {node.name,
           node.monitor
               ? fmt::format("no answer from its monitoring, {}: {}", watch::way_to(node), trouble)
               : "it is not seen: " + trouble,
           node.monitor ? "start the server, or correct `monitor` in the plan"
                        : "start the server, or name its `monitor` in the plan"});
      continue;
    }
    const auto wrong = watch::mismatch(plan, node, *varz);
    if (!wrong.empty())
      findings.push_back({node.name, wrong, "correct the plan, or the server's conf"});
    const auto runs = contract::Version::parse(varz->version);
    const auto wanted = contract::Version::parse(plan.release.version);
    if (runs && wanted && *wanted < *runs) {
      findings.push_back(
          {node.name,
           fmt::format("it runs {}, which is newer than {}", varz->version, plan.release.version),
           "this is a downgrade",
           Severity::warning});
    }
  }
}

// Two servers with one name, or one server behind two nodes of the plan.
void check_twins(std::vector<Finding>& findings,
                 const plan::Plan& plan,
                 const watch::Snapshot& now) {
  std::map<std::string, std::string> by_id;
  std::map<std::string, std::string> by_name;
  std::map<std::string, std::string> by_cluster;  // of those whose cluster the plan does not name
  for (const auto& node : plan.nodes) {
    const auto* varz = varz_of(now, node.name);
    if (!varz) continue;
    const auto [same_id, first_id] = by_id.emplace(varz->server_id, node.name);
    if (!first_id) {
      findings.push_back({node.name,
                          "it is the same server as " + same_id->second,
                          "two nodes of the plan have the monitoring port of one server"});
      continue;
    }
    const auto [same_name, first_name] = by_name.emplace(varz->server_name, node.name);
    if (!first_name) {
      findings.push_back(
          {node.name,
           fmt::format(
               "it has the server_name '{}', as {} has", varz->server_name, same_name->second),
           "servers of one name throw each other out of the cluster"});
    }
    if (plan.cluster_of(node.name).empty()) by_cluster.emplace(varz->cluster.name, node.name);
  }
  if (by_cluster.size() > 1) {
    std::vector<std::string> names;
    for (const auto& [cluster, node] : by_cluster)
      names.push_back(fmt::format("{}: '{}'", node, cluster));
    findings.push_back({"",
                        "the nodes are in different clusters: " + base::join(names, ", "),
                        "say in the plan which node is in which: cluster: NAME"});
  }
}

// The conditions that every gate will want; they are not met by waiting longer.
void check_mesh(std::vector<Finding>& findings,
                const plan::Plan& plan,
                const watch::Snapshot& now) {
  base::Time newest{};
  for (const auto& [node, sample] : now.nodes)
    newest = std::max(newest, sample.taken);
  const playbook::Step step{
      .id = "cluster/preflight", .action = "preflight", .node = {}, .args = {}, .gate = {}};
  const watch::Baseline nothing;
  for (const auto& reading :
       gates::judge({"healthz-ok", "mesh-full"}, {plan, step, now, nothing, newest, false})) {
    if (reading.verdict == gates::Verdict::green || !varz_of(now, reading.node)) continue;
    const auto hint = reading.condition == "mesh-full"
                          ? "compare cluster name, login and routes of the confs"
                          : "";
    findings.push_back(
        {reading.node, fmt::format("{}, wanted {}", reading.seen, reading.wanted), hint});
  }
}

void check_strangers(std::vector<Finding>& findings,
                     const plan::Plan& plan,
                     const watch::Snapshot& now) {
  std::set<std::string> ids;
  for (const auto& [node, sample] : now.nodes) {
    if (sample.varz) ids.insert(sample.varz->server_id);
  }
  const bool all_known =
      std::all_of(plan.nodes.begin(), plan.nodes.end(), [&](const plan::Node& node) {
        return varz_of(now, node.name) != nullptr;
      });
  std::set<std::string> told;
  for (const auto& node : plan.nodes) {
    const auto* sample = now.find(node.name);
    if (!all_known || !sample || !sample->routez) continue;
    for (const auto& peer : sample->routez->peers) {
      if (ids.contains(peer.remote_id) || !told.insert(peer.remote_id).second) continue;
      findings.push_back({node.name,
                          fmt::format("it has a route to {}, which the plan does not name",
                                      peer.remote_name.value_or(peer.remote_id)),
                          "a member that is not in the plan is not upgraded",
                          Severity::warning});
    }
  }
}

void check_advertising(std::vector<Finding>& findings,
                       const plan::Plan& plan,
                       const watch::Snapshot& now) {
  using Use = plan::TempNode::Use;
  if (!plan.temp_node || plan.temp_node->use == Use::never) return;
  const auto& temp = plan.temp_node->node.name;
  const auto members = plan.members_of(plan.cluster_of(temp));
  if (members.size() < 2) return;
  std::vector<std::string> silent;
  for (const auto* node : members) {
    const auto* varz = varz_of(now, node->name);
    if (varz && varz->connect_urls.empty()) silent.push_back(node->name);
  }
  if (plan.temp_node->use == Use::automatic && silent.size() == members.size()) {
    findings.push_back(
        {"",
         fmt::format("{} cannot help, and is left out: no server tells its clients of another, so "
                     "none would learn of it",
                     temp),
         "cluster.no_advertise is set: remove it, or give clients the URLs of several servers",
         Severity::warning});
    return;
  }
  for (const auto& node : silent) {
    findings.push_back(
        {node,
         fmt::format("it tells its clients of no other server, so they would not learn of {}",
                     temp),
         "cluster.no_advertise is set: remove it, or set temp_node.use: never"});
  }
}

void check_lonely(std::vector<Finding>& findings, const plan::Plan& plan) {
  const auto clusters = plan.clusters();
  for (const auto& cluster : clusters) {
    const auto members = plan.members_of(cluster);
    if (members.size() > 1 || clusters.size() < 2) continue;
    findings.push_back({members.front()->name,
                        "it is alone in its cluster: while it restarts its clients have no server",
                        {},
                        Severity::warning});
  }
}

// Servers of one domain have one meta group; those that a plan leaves out are in it all the same.
void check_domains(std::vector<Finding>& findings,
                   const plan::Plan& plan,
                   const watch::Snapshot& now) {
  std::set<std::string> named;
  for (const auto& cluster : plan.clusters())
    named.insert(cluster);
  std::set<std::string> told;
  for (const auto& node : plan.nodes) {
    const auto* sample = now.find(node.name);
    if (!sample || !sample->gatewayz) continue;
    for (const auto& [cluster, server] : sample->gatewayz->outbound) {
      if (named.contains(cluster) || !told.insert(cluster).second) continue;
      findings.push_back(
          {node.name,
           fmt::format("it has a gateway to cluster '{}', which the plan does not name", cluster),
           "add its nodes with cluster: " + cluster +
               ": clusters with one JetStream have one quorum",
           Severity::warning});
    }
  }
}

}  // namespace

std::vector<Finding> check_cluster(const plan::Plan& plan, const watch::Snapshot& now) {
  std::vector<Finding> findings;
  check_identity(findings, plan, now);
  check_twins(findings, plan, now);
  check_mesh(findings, plan, now);
  check_strangers(findings, plan, now);
  check_advertising(findings, plan, now);
  check_lonely(findings, plan);
  check_domains(findings, plan, now);
  return findings;
}

std::vector<Finding> check_users(const plan::Plan& plan) {
  std::vector<Finding> findings;
  std::map<std::string, std::pair<std::string, contract::ConfValue>> firsts;  // of each cluster
  for (const auto& node : plan.nodes) {
    auto conf = gates::server_conf(node);
    if (!conf) {
      findings.push_back(
          {node.name, conf.error().what, "its users are compared with those of the others"});
      continue;
    }
    const auto [at, is_first] =
        firsts.try_emplace(plan.cluster_of(node.name), node.name, std::move(*conf));
    if (is_first) continue;
    const auto differences = gates::access_differences(at->second.second, *conf);
    if (differences.empty()) continue;
    findings.push_back(
        {node.name,
         fmt::format("compared with {}: {}", at->second.first, base::join(differences, "; ")),
         "clients that move between them would be rejected, or gain rights"});
  }
  return findings;
}

}  // namespace actions
