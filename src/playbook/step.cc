#include "playbook/step.h"

#include "base/text.h"

#include <fmt/format.h>

namespace playbook {

namespace {

base::Json to_json(const Gate& gate) {
  return base::Json::object({{"name", gate.name},
                             {"conditions", base::Json(gate.conditions)},
                             {"hold", base::format_go_duration(gate.hold)},
                             {"within", base::format_go_duration(gate.within)}});
}

base::Json to_json(const Step& step) {
  auto json = base::Json::object({{"id", step.id}, {"action", step.action}, {"node", step.node}});
  if (!step.args.empty()) {
    auto args = base::Json::object();
    for (const auto& [name, value] : step.args)
      args.set(name, value);
    json.set("args", std::move(args));
  }
  if (step.gate) json.set("gate", to_json(*step.gate));
  return json;
}

base::Json to_json(const std::vector<Step>& steps) {
  auto list = base::Json::array();
  for (const auto& step : steps)
    list.push(to_json(step));
  return list;
}

base::Result<Gate> gate_from_json(const base::Json& json) {
  return Gate{.name = json["name"].text(),
              .conditions = json["conditions"].texts(),
              .hold = TRY(base::parse_duration(json["hold"].text("0"))),
              .within = TRY(base::parse_duration(json["within"].text("0")))};
}

base::Result<Step> step_from_json(const base::Json& json) {
  Step step{.id = json["id"].text(), .action = json["action"].text(), .node = json["node"].text()};
  if (step.id.empty() || step.action.empty()) {
    return base::Error(base::ErrorCode::invalid,
                       "a step needs an id and an action: " + json.dump());
  }
  for (const auto& [name, value] : json["args"].fields())
    step.args[name] = value.text();
  if (const auto* gate = json.find("gate")) step.gate = TRY(gate_from_json(*gate));
  return step;
}

base::Result<std::vector<Step>> list_from_json(const base::Json& json) {
  std::vector<Step> steps;
  for (const auto& item : json.items())
    steps.push_back(TRY(step_from_json(item)));
  return steps;
}

}  // namespace

std::string to_line(const Step& step) {
  auto line = fmt::format("{:<26} {}", step.id, step.action);
  if (!step.node.empty()) line += " " + step.node;
  for (const auto& [name, value] : step.args)
    line += fmt::format(" {}={}", name, value);
  if (!step.gate) return line;
  return fmt::format("{:<46} until {}", line, step.gate->name);
}

base::Json to_json(const Steps& steps) {
  auto recovery = base::Json::object();
  for (const auto& [node, list] : steps.recovery)
    recovery.set(node, to_json(list));
  auto skipped = base::Json::array();
  for (const auto& [node, why] : steps.skipped)
    skipped.push(base::Json::object({{"node", node}, {"why", why}}));
  return base::Json::object({{"steps", to_json(steps.list)},
                             {"recovery", std::move(recovery)},
                             {"skipped", std::move(skipped)},
                             {"order", base::Json(steps.order)},
                             {"temp_node", steps.temp_node}});
}

base::Result<Steps> steps_from_json(const base::Json& json) {
  if (json.find("steps") == nullptr) {
    return base::Error(base::ErrorCode::invalid,
                       "these are no steps: the field 'steps' is missing");
  }
  Steps steps{.list = TRY(list_from_json(json["steps"]))};
  for (const auto& [node, list] : json["recovery"].fields())
    steps.recovery[node] = TRY(list_from_json(list));
  for (const auto& item : json["skipped"].items()) {
    steps.skipped.push_back({item["node"].text(), item["why"].text()});
  }
  steps.order = json["order"].texts();
  steps.temp_node = json["temp_node"].text();
  return steps;
}

}  // namespace playbook
