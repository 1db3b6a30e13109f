#include "report/cluster_table.h"

#include "base/text.h"

#include <set>

#include <fmt/format.h>

namespace report {

namespace {

std::string name_of(const contract::RoutePeer& peer, const watch::Snapshot& snapshot) {
  if (peer.remote_name && !peer.remote_name->empty()) return *peer.remote_name;
  for (const auto& [node, sample] : snapshot.nodes) {
    if (sample.varz && sample.varz->server_id == peer.remote_id) return node;
  }
  return peer.remote_id.substr(0, 8);
}

std::set<std::string> remotes(const watch::Sample& sample, const watch::Snapshot& snapshot) {
  std::set<std::string> names;
  if (!sample.routez) return names;
  for (const auto& peer : sample.routez->peers)
    names.insert(name_of(peer, snapshot));
  return names;
}

constexpr int kNoteAt = 3;   // before the clients
constexpr int kDrainAt = 4;  // behind them

std::string told(const std::map<std::string, std::string>& words,
                 const std::string& node,
                 const std::string& otherwise) {
  const auto at = words.find(node);
  return at == words.end() ? otherwise : at->second;
}

std::string count(const std::optional<std::int64_t>& number) {
  return number ? fmt::format("{}", *number) : "-";
}

std::string painted_state(const std::string& state, const Terminal& terminal) {
  const auto colour = state == "ok"          ? Colour::green
                      : state == "not ready" ? Colour::yellow
                                             : Colour::red;
  return terminal.paint(colour, state);
}

}  // namespace

std::string state_of(const watch::Sample* sample) {
  if (sample == nullptr) return "unknown";
  if (!sample->varz) return "down";
  if (!sample->healthz) return "unknown";
  if (sample->healthz->ok()) return "ok";
  return sample->healthz->error.find("ready for connections") != std::string::npos ? "not ready"
                                                                                   : "unwell";
}

std::string routes_of(const watch::Sample& sample, const watch::Snapshot& snapshot) {
  const auto names = remotes(sample, snapshot);
  return names.empty() ? "none" : base::join({names.begin(), names.end()}, ", ");
}

Table cluster_table(const std::vector<std::string>& nodes,
                    const watch::Snapshot& snapshot,
                    const Notes& notes,
                    const Terminal& terminal,
                    const Drains& drains) {
  Table table;
  table.heads = {
      "server", "version", "state", "clients", "msgs in", "msgs out", "uptime", "routes"};
  // From the right, so that places stay what they are.
  if (!drains.empty()) table.heads.insert(table.heads.begin() + kDrainAt, "drain");
  if (!notes.empty()) table.heads.insert(table.heads.begin() + kNoteAt, "upgrade");
  for (const auto& node : nodes) {
    const auto* sample = snapshot.find(node);
    const auto state = state_of(sample);
    std::vector<std::string> row = {
        node, "-", painted_state(state, terminal), "-", "-", "-", "-", "-"};
    if (sample != nullptr && sample->varz) {
      const auto& varz = *sample->varz;
      row = {node,
             varz.version,
             painted_state(state, terminal),
             count(varz.connections),
             count(varz.in_msgs),
             count(varz.out_msgs),
             varz.uptime,
             routes_of(*sample, snapshot)};
    } else if (sample != nullptr && !sample->trouble.empty()) {
      row.back() = sample->trouble;
    }
    if (!drains.empty()) row.insert(row.begin() + kDrainAt, told(drains, node, "-"));
    if (!notes.empty()) row.insert(row.begin() + kNoteAt, told(notes, node, ""));
    table.rows.push_back(std::move(row));
  }
  return table;
}

base::Json cluster_json(const std::vector<std::string>& nodes,
                        const watch::Snapshot& snapshot,
                        const Drains& drains) {
  auto list = base::Json::array();
  for (const auto& node : nodes) {
    const auto* sample = snapshot.find(node);
    auto json = base::Json::object({{"name", node}, {"state", state_of(sample)}});
    if (sample != nullptr && sample->varz) {
      const auto& varz = *sample->varz;
      const auto names = remotes(*sample, snapshot);
      json.set("version", varz.version);
      json.set("server_id", varz.server_id);
      json.set("clients", varz.connections.value_or(0));
      if (drains.contains(node)) json.set("drain", drains.at(node));
      json.set("in_msgs", varz.in_msgs.value_or(0));
      json.set("out_msgs", varz.out_msgs.value_or(0));
      json.set("uptime", varz.uptime);
      json.set("routes", base::Json(std::vector<std::string>(names.begin(), names.end())));
    } else if (sample != nullptr) {
      json.set("trouble", sample->trouble);
    }
    list.push(std::move(json));
  }
  return base::Json::object({{"servers", std::move(list)}});
}

}  // namespace report
