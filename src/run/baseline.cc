#include "run/baseline.h"

namespace run {

namespace {

using base::Json;

Json to_json(const watch::JetStreamBefore& jetstream) {
  auto streams = Json::object();
  for (const auto& [name, stream] : jetstream.streams)
    streams.set(name, Json::Array{stream.messages, stream.first_seq, stream.last_seq});
  auto consumers = Json::object();
  for (const auto& [name, consumer] : jetstream.consumers)
    consumers.set(name, Json::Array{consumer.delivered, consumer.ack_floor});
  const std::vector<std::string> peers(jetstream.peers.begin(), jetstream.peers.end());
  auto json = Json::object({{"peers", Json(peers)}});
  json.set("streams", std::move(streams));
  json.set("consumers", std::move(consumers));
  return json;
}

std::uint64_t number(const Json& list, std::size_t place) {
  return place < list.items().size() ? list.items()[place].unsigned_integer() : 0;
}

watch::JetStreamBefore jetstream_from_json(const Json& json) {
  watch::JetStreamBefore jetstream;
  for (const auto& peer : json["peers"].texts())
    jetstream.peers.insert(peer);
  for (const auto& [name, list] : json["streams"].fields()) {
    jetstream.streams[name] = {
        .messages = number(list, 0), .first_seq = number(list, 1), .last_seq = number(list, 2)};
  }
  for (const auto& [name, list] : json["consumers"].fields())
    jetstream.consumers[name] = {.delivered = number(list, 0), .ack_floor = number(list, 1)};
  return jetstream;
}

Json to_json(const watch::Before& before) {
  auto json = Json::object({{"server_id", before.server_id},
                            {"version", before.version},
                            {"system_account", before.system_account},
                            {"clients", before.clients},
                            {"cluster_clients", before.cluster_clients},
                            {"server_pid", before.server_pid},
                            {"up", std::int64_t{before.up.count()}},
                            {"slow_consumers", before.slow_consumers},
                            {"api_errors", before.api_errors},
                            {"has_jetstream", before.has_jetstream}});
  if (!before.gateways.empty()) {
    const std::vector<std::string> gateways(before.gateways.begin(), before.gateways.end());
    json.set("gateways", Json(gateways));
  }
  if (!before.leafs.empty()) {
    auto leafs = Json::object();
    for (const auto& [account, count] : before.leafs)
      leafs.set(account, count);
    json.set("leafs", std::move(leafs));
  }
  if (!before.refused_clients.empty()) {
    json.set("refused_clients",
             Json(std::vector<std::string>(before.refused_clients.begin(),
                                           before.refused_clients.end())));
  }
  if (before.jetstream) json.set("jetstream", to_json(*before.jetstream));
  return json;
}

watch::Before before_from_json(const Json& json) {
  watch::Before before{.server_id = json["server_id"].text(),
                       .version = json["version"].text(),
                       .system_account = json["system_account"].text(),
                       .clients = static_cast<int>(json["clients"].integer()),
                       .cluster_clients = static_cast<int>(json["cluster_clients"].integer()),
                       .server_pid = json["server_pid"].unsigned_integer(),
                       .up = base::nanoseconds(json["up"].integer()),
                       .slow_consumers = json["slow_consumers"].integer(),
                       .api_errors = json["api_errors"].unsigned_integer(),
                       .has_jetstream = json["has_jetstream"].boolean()};
  for (const auto& cluster : json["gateways"].texts())
    before.gateways.insert(cluster);
  for (const auto& client : json["refused_clients"].texts())
    before.refused_clients.insert(client);
  for (const auto& [account, count] : json["leafs"].fields())
    before.leafs[account] = static_cast<int>(count.integer());
  if (const auto* jetstream = json.find("jetstream"); jetstream != nullptr)
    before.jetstream = jetstream_from_json(*jetstream);
  return before;
}

}  // namespace

Json to_json(const watch::Baseline& baseline) {
  auto json = Json::object();
  for (const auto& [node, before] : baseline)
    json.set(node, to_json(before));
  return json;
}

watch::Baseline baseline_from_json(const Json& json) {
  watch::Baseline baseline;
  for (const auto& [node, before] : json.fields())
    baseline[node] = before_from_json(before);
  return baseline;
}

}  // namespace run
