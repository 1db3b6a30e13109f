#include "gates/judging.h"
#include "watch/observe.h"

#include <fmt/core.h>

// Whether the routes between servers are all there and stay. A pair of servers of 2.10 or later has
// as many connections as its pool and one for the system account; with a 2.9 server, or one without
// a pool, it has one. Two servers of one name take turns at throwing each other out: both are
// healthy, and their routes are new all the time. Source: /routez and /varz of 2.9.10, 2.10.27 and
// 2.15.1; nats-server server/route.go, addRoute.
namespace gates {

namespace {

// The pool's connections from a server to another one. Pools of two sizes do not get together,
// which is a version rule's business; the smaller one is what can be had.
int pool_between(const contract::Varz& from, const contract::Varz& to) {
  const int own = from.cluster.pool_size.value_or(-1);
  const int other = to.cluster.pool_size.value_or(-1);
  return std::max(1, std::min(own, other));
}

int connections_to(const contract::RoutePeers& routez, const std::string& server_id) {
  for (const auto& peer : routez.peers) {
    if (peer.remote_id == server_id) return peer.in_pool;
  }
  return 0;
}

int all_connections(const contract::RoutePeers& routez) {
  int all = 0;
  for (const auto& peer : routez.peers)
    all += peer.connections;
  return all;
}

// Routes that are not there at all are mesh-full's business.
void judge_pool(Readings& readings,
                const watch::Sample& from,
                const std::string& peer,
                const contract::Varz& to) {
  const int wanted = pool_between(*from.varz, to);
  const int there = connections_to(*from.routez, to.server_id);
  if (there == 0 || there >= wanted) return;
  readings.red(from.node,
               fmt::format("{} of {} route connections to {}", there, wanted, peer),
               "all of the pool");
}

std::vector<Reading> routes_complete(const Scene& scene) {
  Readings readings("routes-complete");
  const std::string wanted = "every connection of the routes' pools";
  const auto mesh = mesh_to_come_back_to(scene);
  for (const auto* node : mesh) {
    const auto now = seen(scene, node->name);
    if (!now || !now.sample->routez) {
      readings.unknown(
          node->name, now ? "no /routez: " + now.sample->trouble : now.missing, wanted);
      continue;
    }
    const auto before = readings.size();
    for (const auto* peer : mesh) {
      const auto other = seen(scene, peer->name);
      if (other && peer != node) judge_pool(readings, *now.sample, peer->name, *other.sample->varz);
    }
    if (readings.size() == before)
      readings.green(node->name,
                     fmt::format("{} connections", all_connections(*now.sample->routez)));
  }
  return readings.done();
}

std::vector<Reading> routes_steady(const Scene& scene) {
  Readings readings("routes-steady");
  const std::string wanted = "no new route since the look before";
  for (const auto* node : mesh_to_come_back_to(scene)) {
    const auto now = seen(scene, node->name);
    if (!now || !now.sample->routez) {
      readings.unknown(
          node->name, now ? "no /routez: " + now.sample->trouble : now.missing, wanted);
    } else if (!now.sample->last_look) {
      readings.unknown(node->name, "seen once so far", wanted);
    } else {
      const auto newest = watch::newest_route(*now.sample);
      const auto earlier = now.sample->last_look->newest_route;
      readings.add(node->name,
                   newest <= earlier,
                   newest <= earlier ? fmt::format("its newest route is rid {}", newest)
                                     : fmt::format("a new route, rid {} after {}", newest, earlier),
                   wanted);
    }
  }
  return readings.done();
}

}  // namespace

std::vector<Condition> route_conditions() {
  return {{"routes-complete",
           "each route has all the connections of its pool, as far as both servers have one",
           routes_complete},
          {"routes-steady",
           "no route was made anew since the look before, as where two servers have one name",
           routes_steady}};
}

}  // namespace gates
