#include "actions/pacing.h"

#include <algorithm>

namespace actions {

namespace {

constexpr double kBusy = 0.8;     // of a server's processors: beyond it clients wait for each other
constexpr double kTakenOn = 0.9;  // of those sent: some stay away of their own accord
constexpr int kFirstPart = 10;

// The connections of all servers but that one.
std::int64_t connections_beside(const std::string& node, const watch::Snapshot& snapshot) {
  std::int64_t sum = 0;
  for (const auto& [name, sample] : snapshot.nodes) {
    if (name != node && sample.varz) sum += sample.varz->connections.value_or(0);
  }
  return sum;
}

}  // namespace

bool Strain::is_much() const {
  return slow_consumers || busiest > kBusy || taken_on < kTakenOn * sent;
}

Strain strain_of(const std::string& node,
                 int sent,
                 const watch::Snapshot& before,
                 const watch::Snapshot& now) {
  Strain strain;
  strain.sent = sent;
  strain.taken_on =
      static_cast<int>(connections_beside(node, now) - connections_beside(node, before));
  for (const auto& [name, sample] : now.nodes) {
    if (name == node || !sample.varz) continue;
    const auto& varz = *sample.varz;
    strain.busiest = std::max(strain.busiest, varz.cpu / 100 / std::max(varz.cores, 1));
    const auto* earlier = before.find(name);
    const auto slow = earlier && earlier->varz ? earlier->varz->slow_consumers.value_or(0) : 0;
    if (varz.slow_consumers.value_or(0) > slow) strain.slow_consumers = true;
  }
  return strain;
}

int first_batch(int clients) {
  return std::max(1, clients / kFirstPart);
}

int next_batch(int last, const Strain& strain) {
  return std::max(1, strain.is_much() ? last / 2 : last * 2);
}

}  // namespace actions
