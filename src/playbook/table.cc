#include "playbook/table.h"

#include "base/text.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include <fmt/format.h>

namespace playbook {

namespace {

std::vector<std::string> servers_of(const plan::Plan& plan, const Outlook& outlook) {
  std::vector<std::string> names;
  for (const auto& node : plan.nodes)
    names.push_back(node.name);
  if (!plan.temp_node) return names;
  const auto& temp = plan.temp_node->node.name;
  const bool used = std::any_of(outlook.steps.list.begin(),
                                outlook.steps.list.end(),
                                [&](const Step& step) { return step.node == temp; });
  if (used) names.push_back(temp);
  return names;
}

std::string clients_text(const Load& load, const std::string& node) {
  const auto at = load.find(node);
  return at == load.end() ? "-" : fmt::format("{}", std::lround(at->second));
}

std::string gate_text(const Step& step) {
  if (!step.gate) return "";
  if (step.gate->hold <= base::nanoseconds(0)) return step.gate->name;
  return fmt::format("{} for {}", step.gate->name, base::format_duration(step.gate->hold));
}

// "A 34, B 66".
std::string load_text(const Load& load) {
  std::vector<std::string> pieces;
  for (const auto& [node, clients] : load)
    pieces.push_back(fmt::format("{} {}", node, std::lround(clients)));
  return base::join(pieces, ", ");
}

std::string ending(const Forecast& forecast) {
  return fmt::format("clients at the end {}; {} moves; at most {} on one server ({}); about {}",
                     load_text(forecast.after),
                     std::lround(forecast.moved),
                     std::lround(forecast.most),
                     forecast.most_on,
                     about(forecast.total));
}

// "drains: 10s of grace, then at most 2m; A, B in rounds, as the others take the clients; C by its
// own lame duck"
std::string drain_sentence(const plan::Plan& plan, const Forecast& forecast) {
  std::vector<std::string> in_rounds;
  std::vector<std::string> by_lame_duck;
  for (const auto& row : forecast.rows) {
    if (row.drained.empty()) continue;
    (row.in_rounds ? in_rounds : by_lame_duck).push_back(row.drained);
  }
  auto text = fmt::format("drains: {} of grace, {} at most",
                          base::format_duration(plan.policy.drain.grace),
                          base::format_duration(plan.policy.drain.duration));
  if (!in_rounds.empty())
    text +=
        fmt::format("; {} in rounds, as the others take the clients", base::join(in_rounds, ", "));
  if (!by_lame_duck.empty())
    text += fmt::format("; {} by lame duck, one client after the other",
                        base::join(by_lame_duck, ", "));
  return text;
}

}  // namespace

std::string to_columns(const std::vector<Cells>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i)
      line += fmt::format("{:<{}}  ", row[i], widths[i]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

std::string to_markdown_table(const std::vector<Cells>& rows) {
  std::string text;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    text += "| " + base::join(rows[i], " | ") + " |\n";
    if (i > 0) continue;
    for (std::size_t column = 0; column < rows[i].size(); ++column)
      text += "|---";
    text += "|\n";
  }
  return text;
}

std::string about(base::nanoseconds duration) {
  if (duration < std::chrono::seconds(1)) return base::format_duration(duration);
  return base::format_duration(std::chrono::round<std::chrono::seconds>(duration));
}

std::string headline(const plan::Plan& plan, const Outlook& outlook) {
  const auto cluster = plan.cluster.empty() ? std::string("the cluster") : plan.cluster;
  return fmt::format("{} to {}: {}, about {}",
                     cluster,
                     plan.release.version,
                     base::count_of(outlook.steps.list.size(), "step"),
                     about(outlook.chosen.total));
}

std::vector<Cells> step_table(const plan::Plan& plan, const Outlook& outlook) {
  const auto servers = servers_of(plan, outlook);
  Cells heading = {"", "step", "until", "takes"};
  Cells before = {"", "(now)", "", ""};
  for (const auto& server : servers) {
    heading.push_back(server);
    before.push_back(clients_text(outlook.chosen.before, server));
  }
  std::vector<Cells> rows = {std::move(heading), std::move(before)};
  for (std::size_t i = 0; i < outlook.steps.list.size(); ++i) {
    const auto& step = outlook.steps.list[i];
    const auto& row = outlook.chosen.rows[i];
    Cells cells = {std::to_string(i + 1), step.id, gate_text(step), about(row.takes)};
    for (const auto& server : servers)
      cells.push_back(clients_text(row.clients, server));
    rows.push_back(std::move(cells));
  }
  return rows;
}

std::vector<std::string> forecast_sentences(const plan::Plan& plan, const Outlook& outlook) {
  std::vector<std::string> sentences;
  if (!outlook.with_temp || !outlook.without_temp) {
    sentences.push_back("forecast: " + ending(outlook.chosen));
  } else {
    const auto& name = plan.temp_node->node.name;
    sentences.push_back(fmt::format("with {}: {}", name, ending(*outlook.with_temp)));
    sentences.push_back(fmt::format("without {}: {}", name, ending(*outlook.without_temp)));
  }
  if (outlook.chosen.moved >= 0.5) sentences.push_back(drain_sentence(plan, outlook.chosen));
  return sentences;
}

}  // namespace playbook
