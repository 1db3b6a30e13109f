#include "plan/plan_reader.h"

#include "base/files.h"
#include "plan/plan_check.h"
#include "plan/plan_shape.h"

#include <algorithm>
#include <tuple>

#include <fmt/format.h>

namespace plan {

namespace {

// A mistake in `defaults` is met once for each node; it is told once.
void tidy(base::Problems& problems) {
  const auto as_tuple = [](const base::Problem& p) {
    return std::tie(p.file, p.line, p.column, p.what, p.hint);
  };
  std::stable_sort(problems.begin(), problems.end(), [&](const auto& a, const auto& b) {
    return as_tuple(a) < as_tuple(b);
  });
  problems.erase(
      std::unique(problems.begin(),
                  problems.end(),
                  [&](const auto& a, const auto& b) { return as_tuple(a) == as_tuple(b); }),
      problems.end());
}

// Another kind of file has nothing right in it: one clear sentence instead of a list of unknown
// keys.
bool is_another_kind(const base::Yaml& yaml) {
  if (yaml.kind() != base::Yaml::Kind::map) {
    yaml.complain("a ClusterPlan is wanted here: a map that starts with apiVersion and kind");
    return true;
  }
  for (const auto& [key, field] : yaml.fields()) {
    if (key != "kind" || field.kind() != base::Yaml::Kind::scalar || field.text() == "ClusterPlan")
      continue;
    const bool playbook = field.text() == "Playbook";
    field.complain(fmt::format("this file is a {}, a ClusterPlan is wanted", field.text()),
                   playbook ? "give the plan, and name this file in its policy.playbook"
                            : "write kind: ClusterPlan");
    return true;
  }
  return false;
}

// "client" of "nodes[1].client: …", also when it was read from "defaults.client: …".
std::string field_of(const base::Problem& problem) {
  const auto path = problem.what.substr(0, problem.what.find(": "));
  return path.substr(path.find_last_of('.') + 1);
}

// A field that could not be read is not complained of a second time, as missing or odd.
void check_after_reading(const Plan& plan, const Places& places, base::Problems& problems) {
  const auto unreadable = problems;
  for (auto& problem : check_plan(plan, places)) {
    const bool told =
        std::any_of(unreadable.begin(), unreadable.end(), [&](const base::Problem& p) {
          return p.line == problem.line && p.column == problem.column &&
                 field_of(p) == field_of(problem);
        });
    if (!told) problems.push_back(std::move(problem));
  }
}

struct Reading {
  std::optional<Plan> plan;  // also when problems were found: what could be read of it
  Places places;
};

// nats-server's default monitoring port lies this far above its default client port (8222, 4222).
constexpr int kMonitorAboveClient = 4000;

// A temporary node in a Pod is made like a member's, and lies beside it.
void complete_pod(TempNode& temp, const std::vector<Node>& members) {
  const auto model = std::find_if(members.begin(), members.end(), [&](const Node& node) {
    return node.executor.is_pod() && (temp.like.empty() || temp.like == node.name);
  });
  if (model == members.end()) return;
  temp.like = model->name;
  auto& own = temp.node.executor;
  const auto& its = model->executor;
  own.like = its.pod;
  own.container = its.container;
  for (const auto part :
       {&ExecutorSpec::name_space, &ExecutorSpec::context, &ExecutorSpec::kubectl}) {
    if ((own.*part).empty()) own.*part = its.*part;
  }
  if (own.kubeconfig.empty()) own.kubeconfig = its.kubeconfig;
}

// What the temporary node leaves out and the members say.
void complete(TempNode& temp, const std::vector<Node>& members) {
  if (temp.node.executor.is_pod()) complete_pod(temp, members);
  if (temp.like.empty() && !members.empty()) temp.like = members.front().name;
  const bool monitored = std::any_of(
      members.begin(), members.end(), [](const Node& node) { return bool(node.monitor); });
  const auto& client = temp.node.client;
  if (monitored && client && !temp.node.monitor) {
    temp.node.monitor = {client.host, (client.port + kMonitorAboveClient - 1) % 65535 + 1};
  }
}

Reading read_text(const fs::path& file,
                  const std::string& text,
                  base::Problems& problems,
                  const Environment& environment) {
  Reading reading{std::nullopt, Places(file.string())};
  const auto yaml = base::Yaml::read(file.string(), text, problems);
  if (!yaml || is_another_kind(yaml)) return reading;
  Plan plan;
  plan.file = fs::absolute(file).lexically_normal();
  Source source{plan.file.parent_path(), Places(file.string()), {{}, environment}, {}, ""};
  read_map(plan_shape(), plan, yaml, source);
  if (plan.temp_node) complete(*plan.temp_node, plan.nodes);
  check_after_reading(plan, source.places, problems);
  return {std::move(plan), std::move(source.places)};
}

}  // namespace

std::optional<Plan> parse_plan(const fs::path& file,
                               const std::string& text,
                               base::Problems& problems,
                               const Environment& environment) {
  auto reading = read_text(file, text, problems, environment);
  tidy(problems);
  if (!problems.empty()) return std::nullopt;
  return std::move(reading.plan);
}

std::optional<Plan> read_plan(const fs::path& file,
                              base::Problems& problems,
                              const Environment& environment) {
  const auto text = base::read_file(file);
  if (!text) {
    problems.push_back({"",
                        0,
                        0,
                        text.error().what,
                        "a plan file is wanted; `natsctl discover` writes a first one"});
    return std::nullopt;
  }
  auto reading = read_text(file, *text, problems, environment);
  if (reading.plan) {
    const auto found = check_files(*reading.plan, reading.places);
    problems.insert(problems.end(), found.begin(), found.end());
  }
  tidy(problems);
  if (!problems.empty()) return std::nullopt;
  return std::move(reading.plan);
}

base::Json plan_schema() {
  auto schema = base::Json::object(
      {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
       {"title", "natsctl ClusterPlan"},
       {"description", "What a NATS cluster shall become: read by natsctl upgrade"}});
  const auto map = schema_of_map(plan_shape());
  for (const auto& [key, value] : map.fields())
    schema.set(key, value);
  return schema;
}

}  // namespace plan
