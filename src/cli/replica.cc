#include "cli/replica.h"

#include "actions/temp_conf.h"
#include "base/files.h"
#include "contract/conf_writer.h"
#include "contract/url.h"
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

constexpr std::size_t kPortsOfANode = 4;  // clients, routes, monitoring, gateways
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
  copy.cluster = node.cluster;
  copy.client = {.host = kLoopback, .port = ports[0]};
  copy.route = {.host = kLoopback, .port = ports[1]};
  copy.monitor = {.host = kLoopback, .port = ports[2]};
  copy.config = folder / (node.name + ".conf");
  copy.executor = {.dir = folder / "state" / node.name};  // all of it on this machine
  return copy;
}

// The members' own confs, and where the gateways of the replica are.
struct Originals {
  std::vector<ConfValue> confs;                   // in the order of the plan's nodes
  std::vector<int> gateway_ports;                 // likewise
  std::map<std::string, std::vector<int>> ports;  // those that are used, by cluster
};

// The entry of a gateway block for one other cluster, as the block has it; null: it has none.
const ConfValue* entry_for(const ConfValue& gateway, const std::string& cluster) {
  const auto* list = gateway.find("gateways");
  if (list == nullptr) return nullptr;
  for (const auto& entry : list->items()) {
    const auto* name = entry.find("name");
    if (name != nullptr && name->as_text() == cluster) return &entry;
  }
  return nullptr;
}

// The login that the entry's addresses have, if any.
contract::Url login_of(const ConfValue* entry) {
  if (entry == nullptr) return {};
  const auto* url = entry->find("url");
  const auto* urls = entry->find("urls");
  if (url == nullptr && urls != nullptr && !urls->items().empty()) url = &urls->items().front();
  const auto parsed = url == nullptr ? Result<contract::Url>(contract::Url{})
                                     : contract::Url::parse(url->as_text());
  return parsed ? *parsed : contract::Url{};
}

// The clusters of the plan that have gateways, each at its replica's addresses. Others are left
// out: they are not played.
ConfValue gateways_to(const Originals& originals, const ConfValue& gateway) {
  std::vector<ConfValue> list;
  for (const auto& [cluster, ports] : originals.ports) {
    const auto* entry = entry_for(gateway, cluster);
    std::vector<ConfValue> urls;
    for (const int port : ports) {
      auto url = login_of(entry);
      url.scheme = "nats";
      url.host = kLoopback;
      url.port = port;
      urls.push_back(ConfValue::text(url.text()));
    }
    auto made = entry == nullptr ? ConfValue::map() : *entry;
    made.remove("url");
    made.set("name", ConfValue::text(cluster));
    made.set("urls", ConfValue::list(std::move(urls)));
    list.push_back(std::move(made));
  }
  return ConfValue::list(std::move(list));
}

Result<Originals> originals_of(const plan::Plan& plan, std::vector<int> gateway_ports) {
  Originals originals;
  originals.gateway_ports = std::move(gateway_ports);
  for (std::size_t at = 0; at < plan.nodes.size(); ++at) {
    const auto& node = plan.nodes[at];
    originals.confs.push_back(TRY(gates::server_conf(node)));
    const auto* gateway = originals.confs.back().find("gateway");
    if (gateway != nullptr && gateway->is(ConfValue::Kind::map))
      originals.ports[plan.cluster_of(node.name)].push_back(originals.gateway_ports[at]);
  }
  return originals;
}

// One node's own conf, with the replica's addresses: what is made for a temporary node, made for
// each member.
Result<std::string> conf_of(const plan::Plan& replica,
                            std::size_t at,
                            const Originals& originals,
                            const fs::path& folder) {
  auto as_temp = replica;
  as_temp.temp_node.emplace();
  as_temp.temp_node->node = replica.nodes[at];
  auto conf = TRY(actions::temp_conf(as_temp, originals.confs[at], folder));
  if (auto* gateway = conf.find("gateway"); gateway != nullptr) {
    const contract::HostPort address{.host = kLoopback, .port = originals.gateway_ports[at]};
    auto others = gateways_to(originals, *gateway);
    gateway->set("listen", ConfValue::text(address.text()));
    gateway->set("gateways", std::move(others));
  }
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
  std::vector<int> gateway_ports;
  for (std::size_t at = 0; at < plan.nodes.size(); ++at)
    gateway_ports.push_back(ports_of(at).back());
  const auto originals = TRY(originals_of(plan, std::move(gateway_ports)));
  for (std::size_t at = 0; at < plan.nodes.size(); ++at) {
    const auto conf = TRY(conf_of(after, at, originals, plan.nodes[at].config.parent_path()));
    TRY(base::write_file(after.nodes[at].config, conf, base::FileMode::secret));
  }
  auto before = after;
  before.release = brokers.from;
  return Replica{.before = std::move(before), .after = std::move(after)};
}

}  // namespace cli
