#pragma once

#include "plan/cluster_view.h"
#include "plan/plan.h"
#include "watch/sample.h"

#include <set>
#include <string>

// What samples mean, as plain values. Everything here is pure.
namespace watch {

// The third input of compile(). Every member of the plan is in it; the temporary node when it
// answers.
plan::ClusterView observe(const plan::Plan& plan, const Snapshot& snapshot);

// What a node is now, to be written down before it is touched. Of a node that does not answer the
// server id and the version are empty.
Before before_of(const std::string& node, const Snapshot& snapshot);
Baseline baseline_of(const plan::Plan& plan, const Snapshot& snapshot);  // of every member

// "http://127.0.0.1:8222", "the system account": how a node is watched.
std::string way_to(const plan::Node& node);

// Why the answer of a monitoring port is not this node's: its name, cluster or client port is not
// the plan's. Empty: it is.
std::string mismatch(const plan::Plan& plan, const plan::Node& node, const contract::Varz& varz);

// What is kept of them.
Clients clients_in(contract::Connz connz);

// Its client connections without those of natsctl's own probe, which come and go as servers do; 0
// when it did not say. Of more clients than a sample names the probe's may be counted.
int clients_of(const Sample& sample);

// "2 clients: sub-1 (c 3.4.1, 127.0.0.1:41234), cid:7 (go 1.31.0, 127.0.0.1:41236)"; the first
// five.
std::string clients_in_words(const Sample& sample);

// Connections of leaf nodes by account, at all servers together: each is told by its two ends. A
// leaf node may come back to another server of a cluster than it was on.
std::map<std::string, int> leafs_of(const Snapshot& snapshot);

// The servers it has routes to, by server id. A 2.10 peer has four route connections and is one
// server.
std::set<std::string> remotes_of(const Sample& sample);

// The number of its latest route connection, which grows as routes are made anew; 0: it has none.
std::uint64_t newest_route(const Sample& sample);

}  // namespace watch
