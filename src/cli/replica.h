#pragma once

#include "base/result.h"
#include "plan/plan.h"

#include <filesystem>
#include <string>
#include <vector>

namespace cli {

// What a rehearsal plays on: the plan's cluster again, made of nats-brokers on free ports of this
// machine, with the same number of nodes, names, users, permissions and TLS; several clusters are
// joined by gateways where theirs are. JetStream is left out; the broker has none.
struct Replica {
  plan::Plan before;  // the old release: for `up`
  plan::Plan after;   // the same nodes, the new release: what is rehearsed
};

// The two releases of a rehearsal.
struct Brokers {
  plan::Release from;
  plan::Release to;
};

// Those of a folder that is laid out as VERSION/nats-broker; empty versions: its oldest and its
// newest.
base::Result<Brokers> find_brokers(const std::filesystem::path& releases,
                                   const std::string& from,
                                   const std::string& to);

// Writes the confs below `folder`. Errors: a conf of the plan cannot be read.
base::Result<Replica> make_replica(const plan::Plan& plan,
                                   const Brokers& brokers,
                                   const std::filesystem::path& folder);

// So many free ports of the loopback, below those that the kernel gives to outgoing connections.
std::vector<int> free_ports(std::size_t count);

}  // namespace cli
