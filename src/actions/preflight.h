#pragma once

#include "exec/executor.h"
#include "plan/plan.h"
#include "watch/sample.h"
#include "watch/watcher.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

// Everything that can be known to be wrong before the first change, all at once. Changes nothing.
namespace actions {

enum class Severity {
  error,    // the upgrade must not begin
  warning,  // it may, and somebody should know
  note,     // good to know; for who looks closely
};

struct Finding {
  std::string node;  // empty: the cluster, or the release
  std::string what;
  std::string hint = {};  // what to do about it
  Severity severity = Severity::error;
  std::string rule = {};    // of src/rules, by its id; empty: none says so
  std::string source = {};  // where the rule is known from

  std::string sentence() const;  // "B: it runs as cluster 'x', the plan says 'demo' (…hint…)"
  bool operator==(const Finding&) const = default;
};

bool any_error(const std::vector<Finding>& findings);

using Executors = std::map<std::string, std::unique_ptr<exec::Executor>>;

// All of the checks below that look at nothing but these.
std::vector<Finding> preflight(const plan::Plan& plan,
                               const watch::Snapshot& now,
                               Executors& executors);

// What monitoring shows: reachable, names, clusters, versions, server ids, health, the mesh. Pure.
std::vector<Finding> check_cluster(const plan::Plan& plan, const watch::Snapshot& now);

// What JetStream shows: its groups are whole, and what would be away or lost while a member
// restarts is accepted by the plan. Pure. What is not told is no finding here; the gates wait for
// it.
std::vector<Finding> check_jetstream(const plan::Plan& plan, const watch::Snapshot& now);

// Whether every member offers the same users: clients go from each to each.
std::vector<Finding> check_users(const plan::Plan& plan);

// How each node is watched, as notes, and whether the system account can be used. Asks it.
std::vector<Finding> check_watching(const plan::Plan& plan, watch::Watcher& watcher);

// The client libraries that are connected and what they make of lame duck. Asks every member.
std::vector<Finding> check_clients(const plan::Plan& plan, const watch::Watcher& watcher);

// What the machines show: the process behind each port, room on the disk, how a service is set up.
// Several machines side by side.
std::vector<Finding> check_machines(const plan::Plan& plan,
                                    const watch::Snapshot& now,
                                    Executors& executors);

// What the release says of itself: its version, and whether it takes every node's conf.
std::vector<Finding> check_release(const plan::Plan& plan, Executors& executors);

// Why the program, on the node's machine, does not take the node's conf; empty: it does.
std::string conf_trouble(exec::Executor* executor,
                         const plan::Node& node,
                         const plan::fs::path& program,
                         const std::string& version);

// What is known of the releases that run and the plan's, there and back (src/rules): from what the
// cluster shows, and from what each running program says of its conf (-t).
std::vector<Finding> check_versions(const plan::Plan& plan,
                                    const watch::Snapshot& now,
                                    Executors& executors);

// The temporary node: its ports are free, its program runs, its conf can be made.
std::vector<Finding> check_temp_node(const plan::Plan& plan, Executors& executors);

}  // namespace actions
