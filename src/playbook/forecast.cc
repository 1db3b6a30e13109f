#include "playbook/forecast.h"

#include "contract/version.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace playbook {

namespace {

using namespace std::chrono_literals;
using base::nanoseconds;

constexpr double kJitter = 0.625;    // a pause is 0.25 to 1 of the longest one, all alike
constexpr double kFirstRound = 0.1;  // of the clients; see actions/pacing.h
constexpr nanoseconds kRound =
    500ms;  // until a client library is connected elsewhere, and it is seen
constexpr nanoseconds kRebalance = 4s;  // about four rounds; see actions/rebalance.cc
const contract::Version kClosesClients{2, 10, 0};

// What an action takes on a small machine beside what it waits for. Only the sum is shown, as
// "about".
nanoseconds work_of(const std::string& action) {
  static const std::map<std::string, nanoseconds> seconds = {{"preflight", 1s},
                                                             {"stage-release", 1s},
                                                             {"add-temp-node", 1s},
                                                             {"stop-node", 500ms},
                                                             {"start-node", 1s},
                                                             {"install-release", 1s},
                                                             {"verify", 1s},
                                                             {"run-command", 1s},
                                                             {"revert-release", 1s}};
  const auto at = seconds.find(action);
  return at == seconds.end() ? nanoseconds(0) : at->second;
}

nanoseconds soak_time(const Step& step) {
  const auto at = step.args.find("for");
  const auto time = base::parse_duration(at == step.args.end() ? "0" : at->second);
  return time ? *time : nanoseconds(0);
}

class Simulation {
 public:
  Simulation(const plan::Plan& plan, const plan::ClusterView& view) : plan_(plan) {
    for (const auto& [name, node] : view.nodes) {
      if (node.reachable) load_[name] = node.clients;
      versions_[name] = node.version;
    }
    result_.before = load_;
    note_most();
  }

  void carry_out(const Step& step) {
    ForecastRow row{.step = step.id, .takes = work_of(step.action)};
    if (step.action == "add-temp-node" || step.action == "start-node") {
      load_.try_emplace(step.node, 0.0);
    } else if (step.action == "lame-duck" || step.action == "remove-temp-node") {
      const auto at = load_.find(step.node);
      const auto version = version_of(step.node);
      row.takes += drain_time(plan_, version, at == load_.end() ? 0.0 : at->second);
      row.drained = step.node;
      row.in_rounds = drains_in_rounds(plan_, version);
      row.moved = take_down(step.node);
    } else if (step.action == "stop-node") {
      row.moved = take_down(step.node);
    } else if (step.action == "rebalance") {
      row.moved = even_out();
      if (row.moved >= 0.5) row.takes += kRebalance;
    } else if (step.action == "soak") {
      row.takes += soak_time(step);
    }
    if (step.gate) row.takes += step.gate->hold;
    row.clients = load_;
    note_most();
    result_.moved += row.moved;
    result_.total += row.takes;
    result_.rows.push_back(std::move(row));
  }

  Forecast take() {
    result_.after = load_;
    return std::move(result_);
  }

 private:
  // What it runs when its turn comes: the temporary node is not there yet, and has the release.
  std::string version_of(const std::string& node) const {
    const auto at = versions_.find(node);
    return at == versions_.end() ? plan_.release.version : at->second;
  }

  // Its clients go to the others of its cluster, evenly; without others they wait for its return.
  double take_down(const std::string& node) {
    const auto at = load_.find(node);
    if (at == load_.end()) return 0;
    const double clients = at->second;
    load_.erase(at);
    std::vector<double*> others;
    for (auto& [name, count] : load_) {
      if (plan_.cluster_of(name) == plan_.cluster_of(node)) others.push_back(&count);
    }
    if (others.empty()) waiting_[plan_.cluster_of(node)] += clients;
    for (auto* count : others)
      *count += clients / static_cast<double>(others.size());
    return clients;
  }

  // As many as the fullest have more than the mean of their cluster go elsewhere.
  double even_out() {
    std::map<std::string, std::pair<double, int>> sums;
    for (const auto& [name, count] : load_) {
      auto& [sum, servers] = sums[plan_.cluster_of(name)];
      sum += count;
      ++servers;
    }
    double moved = 0;
    for (auto& [name, count] : load_) {
      const auto& [sum, servers] = sums.at(plan_.cluster_of(name));
      const double mean = sum / servers;
      moved += std::max(0.0, count - mean);
      count = mean;
    }
    return moved;
  }

  void note_most() {
    for (auto& [name, count] : load_)
      count += std::exchange(waiting_[plan_.cluster_of(name)], 0.0);
    for (const auto& [name, count] : load_) {
      if (count <= result_.most && !result_.most_on.empty()) continue;
      result_.most = count;
      result_.most_on = name;
    }
  }

  const plan::Plan& plan_;
  std::map<std::string, std::string> versions_;
  Load load_;
  std::map<std::string, double> waiting_;  // clients without any server, by cluster
  Forecast result_;
};

}  // namespace

double Forecast::most_after() const {
  double fullest = 0;
  for (const auto& [name, count] : after)
    fullest = std::max(fullest, count);
  return fullest;
}

base::nanoseconds drain_time(const plan::Policy::Drain& drain, double clients) {
  if (clients < 0.5) return nanoseconds(0);
  const auto pacing = std::max(drain.duration - drain.grace, nanoseconds(0));
  const auto pause = std::min(static_cast<double>(nanoseconds(1s).count()),
                              static_cast<double>(pacing.count()) / clients);
  const auto paced = kJitter * pause * std::max(clients - 1, 0.0);
  return drain.grace + nanoseconds(std::llround(paced));
}

base::nanoseconds drain_time_in_rounds(const plan::Policy::Drain& drain, double clients) {
  if (clients < 0.5) return nanoseconds(0);
  int rounds = 0;
  for (double left = clients, batch = std::max(1.0, clients * kFirstRound); left > 0.5;
       batch *= 2) {
    left -= batch;
    ++rounds;
  }
  return std::min(drain.grace + rounds * kRound, drain.duration);
}

bool drains_in_rounds(const plan::Plan& plan, const std::string& version) {
  const auto parsed = contract::Version::parse(version);
  return plan.system && plan.policy.drain.adaptive && parsed && !(*parsed < kClosesClients);
}

base::nanoseconds drain_time(const plan::Plan& plan, const std::string& version, double clients) {
  const auto& drain = plan.policy.drain;
  return drains_in_rounds(plan, version) ? drain_time_in_rounds(drain, clients)
                                         : drain_time(drain, clients);
}

Forecast forecast(const plan::Plan& plan, const Steps& steps, const plan::ClusterView& view) {
  Simulation simulation(plan, view);
  for (const auto& step : steps.list)
    simulation.carry_out(step);
  return simulation.take();
}

}  // namespace playbook
