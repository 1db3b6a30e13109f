#include "playbook/render.h"

#include "base/text.h"
#include "playbook/table.h"

#include <cmath>

#include <fmt/format.h>

namespace playbook {

namespace {

// Why the steps are these and not others: skipped nodes and the temporary one.
std::vector<std::string> reasons(const Outlook& outlook) {
  std::vector<std::string> sentences;
  for (const auto& skipped : outlook.steps.skipped)
    sentences.push_back("skipped: " + skipped.why);
  if (!outlook.steps.temp_node.empty()) sentences.push_back(outlook.steps.temp_node);
  return sentences;
}

base::Json to_json(const Load& load) {
  auto json = base::Json::object();
  for (const auto& [node, clients] : load)
    json.set(node, std::round(clients * 10) / 10);
  return json;
}

base::Json to_json(const Forecast& forecast) {
  auto rows = base::Json::array();
  for (const auto& row : forecast.rows) {
    rows.push(base::Json::object({{"step", row.step},
                                  {"takes", about(row.takes)},
                                  {"moved", std::round(row.moved * 10) / 10},
                                  {"clients", to_json(row.clients)}}));
  }
  return base::Json::object({{"total", about(forecast.total)},
                             {"moved", std::round(forecast.moved * 10) / 10},
                             {"most", std::round(forecast.most * 10) / 10},
                             {"most_on", forecast.most_on},
                             {"before", to_json(forecast.before)},
                             {"after", to_json(forecast.after)},
                             {"steps", std::move(rows)}});
}

std::string dot_text(const std::string& text) {
  return base::Json(text).dump();
}

std::string box(const Step& step) {
  auto label = step.action;
  if (step.gate) label += fmt::format("\nuntil {}", step.gate->name);
  return fmt::format("{} [label={}];\n", dot_text(step.id), dot_text(label));
}

}  // namespace

std::string to_text(const plan::Plan& plan, const Outlook& outlook) {
  auto text = headline(plan, outlook) + "\n";
  for (const auto& sentence : reasons(outlook))
    text += sentence + "\n";
  text += "\n" + to_columns(step_table(plan, outlook)) + "\n";
  for (const auto& sentence : forecast_sentences(plan, outlook))
    text += sentence + "\n";
  return text;
}

std::string to_markdown(const plan::Plan& plan, const Outlook& outlook) {
  auto text = fmt::format("# {}\n\n", headline(plan, outlook));
  for (const auto& sentence : reasons(outlook))
    text += fmt::format("- {}\n", sentence);
  for (const auto& sentence : forecast_sentences(plan, outlook))
    text += fmt::format("- {}\n", sentence);
  return text + "\n" + to_markdown_table(step_table(plan, outlook));
}

base::Json to_json(const plan::Plan& plan, const Outlook& outlook) {
  auto json = base::Json::object({{"cluster", plan.cluster},
                                  {"release", plan.release.version},
                                  {"playbook", plan.policy.playbook}});
  const auto steps = to_json(outlook.steps);
  for (const auto& [key, value] : steps.fields())
    json.set(key, value);
  json.set("forecast", to_json(outlook.chosen));
  if (outlook.with_temp) json.set("forecast_with_temp_node", to_json(*outlook.with_temp));
  if (outlook.without_temp) json.set("forecast_without_temp_node", to_json(*outlook.without_temp));
  return json;
}

std::string to_dot(const plan::Plan& plan, const Outlook& outlook) {
  const auto& list = outlook.steps.list;
  auto text = fmt::format("digraph upgrade {{\n  label={};\n  node [shape=box];\n",
                          dot_text(headline(plan, outlook)));
  std::string inside;  // the node whose boxes are being drawn together
  int group = 0;
  for (const auto& step : list) {
    if (step.node != inside) {
      if (!inside.empty()) text += "  }\n";
      if (!step.node.empty())
        text +=
            fmt::format("  subgraph cluster_{} {{\n    label={};\n", ++group, dot_text(step.node));
      inside = step.node;
    }
    text += (inside.empty() ? "  " : "    ") + box(step);
  }
  if (!inside.empty()) text += "  }\n";
  std::vector<std::string> ids;
  for (const auto& step : list)
    ids.push_back(dot_text(step.id));
  return text + "  " + base::join(ids, " -> ") + ";\n}\n";
}

}  // namespace playbook
