#include "broker/monitor/snapshot.h"

#include <iterator>

namespace broker {

namespace {

template <class T>
std::vector<T> joined(std::vector<std::vector<T>> parts) {
  std::vector<T> whole;
  for (auto& part : parts)
    std::move(part.begin(), part.end(), std::back_inserter(whole));
  return whole;
}

}  // namespace

base::Result<std::vector<SessionState>> client_states(Workers& workers,
                                                      Subscriptions subscriptions) {
  return joined(TRY(ask_every_worker(workers, [subscriptions](Worker& worker) {
    std::vector<SessionState> states;
    for_each_client(worker, [&](ClientSession& client) {
      states.push_back(subscriptions == Subscriptions::listed ? client.snapshot_with_subscriptions()
                                                              : client.snapshot());
    });
    return states;
  })));
}

base::Result<std::vector<RouteState>> route_states(Workers& workers, Subscriptions subscriptions) {
  return joined(TRY(ask_every_worker(workers, [subscriptions](Worker& worker) {
    std::vector<RouteState> states;
    for_each_route(worker, [&](RouteSession& route) {
      auto state = route.route_state(subscriptions == Subscriptions::listed);
      if (state) states.push_back(*std::move(state));
    });
    return states;
  })));
}

base::Result<std::vector<GatewayState>> gateway_states(Workers& workers) {
  return joined(TRY(ask_every_worker(workers, [](Worker& worker) {
    std::vector<GatewayState> states;
    for_each_gateway(worker, [&](GatewaySession& gateway) {
      if (auto state = gateway.gateway_state()) states.push_back(*std::move(state));
    });
    return states;
  })));
}

base::Result<std::vector<LeafState>> leaf_states(Workers& workers, Subscriptions subscriptions) {
  return joined(TRY(ask_every_worker(workers, [subscriptions](Worker& worker) {
    std::vector<LeafState> states;
    for_each_leaf(worker, [&](LeafSession& leaf) {
      auto state = leaf.leaf_state(subscriptions == Subscriptions::listed);
      if (state) states.push_back(*std::move(state));
    });
    return states;
  })));
}

base::Result<Counters> total_counters(Workers& workers) {
  Counters total;
  for (const Counters& part :
       TRY(ask_every_worker(workers, [](Worker& worker) { return worker.counters(); }))) {
    total += part;
  }
  return total;
}

}  // namespace broker
