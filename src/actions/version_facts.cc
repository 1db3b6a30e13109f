#include "actions/version_facts.h"

#include "base/text.h"
#include "contract/version.h"
#include "exec/side_by_side.h"
#include "gates/server_conf.h"

#include <iterator>

#include <fmt/core.h>

namespace actions {

namespace {

using rules::AssetFacts;

bool is_set(const base::Json& json) {
  return !json.is_null() && !(json.is_object() && json.fields().empty());
}

AssetFacts asset_of(const std::string& account, const contract::StreamDetail& stream) {
  const contract::StreamSettings& config = stream.config;
  AssetFacts asset{.name = account + " > " + stream.name,
                   .level = contract::required_level(config.metadata),
                   .replicas = config.num_replicas,
                   .mirror = is_set(config.mirror),
                   .consumers = stream.state.consumer_count};
  const std::pair<const char*, bool> uses[] = {
      {"compression", !config.compression.empty() && config.compression != "none"},
      {"first_seq", config.first_seq > 1},
      {"subject_transform", is_set(config.subject_transform)},
      {"consumer_limits", is_set(config.consumer_limits)},
  };
  for (const auto& [key, used] : uses) {
    if (used) asset.uses.insert(key);
  }
  return asset;
}

AssetFacts asset_of(const std::string& stream, const contract::ConsumerDetail& consumer) {
  AssetFacts asset{.name = stream + " > " + consumer.name,
                   .level = contract::required_level(consumer.config.metadata)};
  if (!consumer.config.filter_subjects.empty()) asset.uses.insert("filter_subjects");
  return asset;
}

// Every asset once, however many servers have it.
class Assets {
 public:
  void add(const contract::Jsz& jsz) {
    for (const auto& account : jsz.account_details) {
      for (const auto& stream : account.stream_detail) {
        auto asset = asset_of(account.name, stream);
        for (const auto& consumer : stream.consumer_detail)
          keep(asset_of(asset.name, consumer));
        keep(std::move(asset));
      }
    }
  }

  std::vector<AssetFacts> take() {
    std::vector<AssetFacts> list;
    for (auto& [name, asset] : by_name_)
      list.push_back(std::move(asset));
    return list;
  }

 private:
  void keep(AssetFacts asset) {
    auto& kept = by_name_[asset.name];
    asset.consumers = std::max(asset.consumers, kept.consumers);
    kept = std::move(asset);
  }

  std::map<std::string, AssetFacts> by_name_;
};

rules::ServerFacts server_of(const plan::Node& node, const watch::Sample* sample) {
  rules::ServerFacts server{.name = node.name};
  if (auto conf = gates::server_conf(node)) server.conf = *std::move(conf);
  if (!sample || !sample->varz) return server;
  const auto& varz = *sample->varz;
  server.cluster = varz.cluster.name;
  server.version = varz.version;
  server.jetstream = watch::has_jetstream(*sample);
  server.pool_size = varz.cluster.pool_size;
  return server;
}

bool is_another_release(const rules::ServerFacts& server, const std::string& target) {
  const auto runs = contract::Version::parse(server.version);
  const auto wanted = contract::Version::parse(target);
  return runs && wanted && *runs != *wanted;
}

void ask_running_program(rules::ServerFacts& server,
                         const plan::Node& node,
                         exec::Executor& executor,
                         std::vector<Finding>& unknown) {
  if (node.config.empty()) return;
  const auto machine = executor.facts();
  if (!machine || !machine->running) return;  // check_machines says so
  const auto outcome =
      executor.run({{machine->running->binary.string(), "-t", "-c", node.config.string()},
                    std::chrono::seconds(10)});
  if (!outcome) {
    unknown.push_back({server.name,
                       fmt::format("it is not known whether {} still takes its conf: {}",
                                   server.version,
                                   outcome.error().what),
                       "it is the program that comes back when the new one fails",
                       Severity::warning});
  } else if (!outcome->ok()) {
    const auto release = contract::Version::parse(server.version);
    server.refused_by[release->text()] = std::string(base::trim(outcome->output));
  }
}

}  // namespace

rules::Facts version_facts(const plan::Plan& plan, const watch::Snapshot& now) {
  rules::Facts facts{.target = plan.release.version,
                     .must_return = plan.policy.on_failure == plan::OnFailure::rollback};
  facts.accepted = {plan.policy.accept.begin(), plan.policy.accept.end()};
  Assets assets;
  bool all_known = true;
  for (const auto& node : plan.nodes) {
    const auto* sample = now.find(node.name);
    facts.servers.push_back(server_of(node, sample));
    if (facts.servers.back().jetstream == false) continue;
    const auto* told = sample && sample->jetstream ? &sample->jetstream->jsz : nullptr;
    all_known = all_known && told && !told->disabled;
    if (told) assets.add(*told);
  }
  if (all_known) facts.assets = assets.take();
  return facts;
}

void ask_running_programs(rules::Facts& facts,
                          const plan::Plan& plan,
                          Executors& executors,
                          std::vector<Finding>& unknown) {
  std::vector<const plan::Node*> nodes;
  std::map<std::string, std::pair<rules::ServerFacts*, std::vector<Finding>>> asked;
  for (auto& server : facts.servers) {
    const auto* node = plan.find(server.name);
    if (!node || !executors.contains(server.name) || !is_another_release(server, facts.target))
      continue;
    nodes.push_back(node);
    asked[server.name].first = &server;
  }
  exec::side_by_side(nodes, [&](const plan::Node& node) {
    auto& [server, findings] = asked.at(node.name);
    ask_running_program(*server, node, *executors.at(node.name), findings);
  });
  for (auto& [name, of_node] : asked)
    std::move(of_node.second.begin(), of_node.second.end(), std::back_inserter(unknown));
}

}  // namespace actions
