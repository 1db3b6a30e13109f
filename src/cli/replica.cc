#include "cli/replica.h"

#include "actions/temp_conf.h"
#include "base/files.h"
#include "contract/conf_writer.h"
#include "contract/version.h"
#include "exec/listeners.h"
#include "gates/server_conf.h"

#include <map>
#include <random>
#include <set>

#include <fmt/format.h>

namespace cli {

namespace {

namespace fs = std::filesystem;
using base::Error;
using base::ErrorCode;
using base::Result;
using contract::ConfValue;

constexpr std::size_t kPortsOfANode = 3;  // clients, routes, monitoring
constexpr const char* kLoopback = "127.0.0.1";

// The least that nats-server takes as lame_duck_duration; the grace is what a rehearsal waits for.
constexpr auto kDrain = std::chrono::seconds(30);
constexpr auto kGrace = std::chrono::seconds(1);
constexpr auto kMostHold = std::chrono::seconds(2);

plan::Node replica_of(const plan::Node& node,
                      const fs::path& folder,
                      const std::vector<int>& ports) {
  plan::Node copy;
  copy.name = node.name;
  copy.client = {.host = kLoopback, .port = ports[0]};
  copy.route = {.host = kLoopback, .port = ports[1]};
  copy.monitor = {.host = kLoopback, .port = ports[2]};
  copy.config = folder / (node.name + ".conf");
  copy.executor = {.dir = folder / "state" / node.name};  // all of it on this machine
  return copy;
}

// The node's own conf, with the replica's addresses: what is made for a temporary node, made for
// each member.
Result<std::string> conf_of(const plan::Plan& replica,
                            const plan::Node& copy,
                            const plan::Node& original) {
  auto as_temp = replica;
  as_temp.temp_node.emplace();
  as_temp.temp_node->node = copy;
  const auto own = TRY(gates::server_conf(original));
  auto conf = TRY(actions::temp_conf(as_temp, own, original.config.parent_path()));
  conf.set("lame_duck_duration", ConfValue::text(base::format_duration(kDrain)));
  conf.set("lame_duck_grace_period", ConfValue::text(base::format_duration(kGrace)));
  return contract::write_conf(conf);
}

void quicken(plan::Policy& policy) {
  policy.drain.duration = kDrain;
  policy.drain.grace = kGrace;
  policy.gates.hold = std::min<base::nanoseconds>(policy.gates.hold, kMostHold);
  policy.canary.soak = std::min<base::nanoseconds>(policy.canary.soak, kMostHold);
}

}  // namespace

Result<Brokers> find_brokers(const fs::path& releases,
                             const std::string& from,
                             const std::string& to) {
  std::map<contract::Version, std::string> found;
  std::error_code failure;
  for (const auto& entry : fs::directory_iterator(releases, failure)) {
    if (!fs::exists(entry.path() / "nats-broker", failure)) continue;
    const auto name = entry.path().filename().string();
    if (const auto version = contract::Version::parse(name)) found[*version] = name;
  }
  const auto release = [&](const std::string& version) {
    return plan::Release{
        .version = version, .binary = releases / version / "nats-broker", .sha256 = {}};
  };
  const auto oldest = found.empty() ? "" : found.begin()->second;
  const auto newest = found.empty() ? "" : found.rbegin()->second;
  Brokers brokers{.from = release(from.empty() ? oldest : from),
                  .to = release(to.empty() ? newest : to)};
  for (const auto* wanted : {&brokers.from, &brokers.to}) {
    if (wanted->version.empty() || !fs::exists(wanted->binary, failure)) {
      return Error(ErrorCode::not_found,
                   fmt::format("{}: no nats-broker {} there; say --releases, --from and --to",
                               releases.string(),
                               wanted->version));
    }
  }
  if (brokers.from.version == brokers.to.version) {
    return Error(
        ErrorCode::invalid,
        fmt::format(
            "a rehearsal needs two releases, and {} has only {}", releases.string(), oldest));
  }
  return brokers;
}

std::vector<int> free_ports(std::size_t count) {
  std::set<int> used;
  for (const auto& listener : exec::all_listeners())
    used.insert(listener.port);
  std::random_device seed;
  std::mt19937 random(seed());
  std::uniform_int_distribution<int> any(10240, 32767);
  std::vector<int> ports;
  while (ports.size() < count) {
    const int port = any(random);
    if (used.insert(port).second) ports.push_back(port);
  }
  return ports;
}

Result<Replica> make_replica(const plan::Plan& plan,
                             const Brokers& brokers,
                             const fs::path& folder) {
  const auto ports = free_ports((plan.nodes.size() + 1) * kPortsOfANode);
  const auto ports_of = [&](std::size_t node) {
    const auto at = ports.begin() + static_cast<std::ptrdiff_t>(node * kPortsOfANode);
    return std::vector<int>(at, at + static_cast<std::ptrdiff_t>(kPortsOfANode));
  };
  auto after = plan;
  after.file = folder / "plan.yaml";
  after.release = brokers.to;
  after.hooks = {};
  quicken(after.policy);
  if (!after.probe) after.probe.emplace();
  for (std::size_t at = 0; at < plan.nodes.size(); ++at) {
    after.nodes[at] = replica_of(plan.nodes[at], folder, ports_of(at));
  }
  if (after.temp_node) {
    after.temp_node->node = replica_of(plan.temp_node->node, folder, ports_of(plan.nodes.size()));
    after.temp_node->node.config.clear();
    after.temp_node->binary.clear();
  }
  for (std::size_t at = 0; at < plan.nodes.size(); ++at) {
    const auto conf = TRY(conf_of(after, after.nodes[at], plan.nodes[at]));
    TRY(base::write_file(after.nodes[at].config, conf, base::FileMode::secret));
  }
  auto before = after;
  before.release = brokers.from;
  return Replica{.before = std::move(before), .after = std::move(after)};
}

}  // namespace cli
