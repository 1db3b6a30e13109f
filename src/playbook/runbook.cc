#include "playbook/runbook.h"

#include "base/text.h"
#include "playbook/look.h"
#include "playbook/table.h"

#include <algorithm>

#include <fmt/format.h>

namespace playbook {

namespace {

std::string meaning_of(const std::vector<Word>& words, const std::string& name) {
  for (const auto& word : words) {
    if (word.name == name) return word.meaning;
  }
  return "";
}

std::string servers_table(const plan::Plan& plan) {
  std::vector<Cells> rows = {{"server", "clients", "routes", "monitoring", "conf"}};
  const auto add = [&](const plan::Node& node, const std::string& conf) {
    rows.push_back({node.name,
                    node.client.text(),
                    node.route ? node.route.text() : "-",
                    node.monitor ? node.monitor.text() : "system account",
                    conf});
  };
  for (const auto& node : plan.nodes)
    add(node, node.config.empty() ? "by arguments" : node.config.string());
  if (plan.temp_node) add(plan.temp_node->node, "derived from " + plan.temp_node->like);
  return to_markdown_table(rows);
}

class Runbook {
 public:
  Runbook(const plan::Plan& plan, const Vocabulary& vocabulary, const ByHand& by_hand)
      : plan_(plan), vocabulary_(vocabulary), by_hand_(by_hand) {}

  // The step's heading, what it does, its commands and what must be seen before the next one.
  std::string section(const Step& step, const std::string& heading) {
    if (step.action == "add-temp-node") temp_there_ = true;
    if (step.action == "remove-temp-node") temp_there_ = false;
    auto text = fmt::format("{} {}\n\n", heading, step.id);
    const auto meaning = meaning_of(vocabulary_.actions, step.action);
    if (!meaning.empty()) text += fmt::format("- [ ] {}.\n\n", sentence(meaning, step));
    text += commands(step);
    return step.gate ? text + gate(step) : text;
  }

  // While nodes are in hand: there when any step adds it.
  void temp_node_is(const Steps& steps) {
    temp_there_ = std::any_of(steps.list.begin(), steps.list.end(), [](const Step& step) {
      return step.action == "add-temp-node";
    });
  }

 private:
  static std::string sentence(std::string meaning, const Step& step) {
    if (!step.node.empty()) meaning = fmt::format("{}: {}", step.node, meaning);
    while (meaning.ends_with('.'))
      meaning.pop_back();
    return meaning;
  }

  std::string commands(const Step& step) const {
    const auto lines = by_hand_(plan_, step);
    return lines.empty() ? "" : fmt::format("```sh\n{}\n```\n\n", base::join(lines, "\n"));
  }

  std::string gate(const Step& step) const {
    const auto& gate = *step.gate;
    auto text = fmt::format("Go on when all of this {}; after {} the step has failed ({}).\n\n",
                            gate.hold > base::nanoseconds(0)
                                ? "has been true for " + base::format_duration(gate.hold)
                                : std::string("is true"),
                            base::format_duration(gate.within),
                            gate.name);
    std::vector<Cells> rows = {{"condition", "look", "must show"}};
    for (const auto& condition : gate.conditions) {
      const auto looks = looks_for(condition, plan_, step, temp_there_);
      if (looks.empty())
        rows.push_back({condition, "", meaning_of(vocabulary_.conditions, condition)});
      for (const auto& look : looks)
        rows.push_back({condition, as_cell(look.command), look.wanted});
    }
    return text + to_markdown_table(rows) + "\n";
  }

  // A bar would end the cell, also within code.
  static std::string as_cell(const std::string& command) {
    if (command.empty()) return "";
    std::string text;
    for (const char c : command)
      text += c == '|' ? "\\|" : std::string(1, c);
    return "`" + text + "`";
  }

  const plan::Plan& plan_;
  const Vocabulary& vocabulary_;
  const ByHand& by_hand_;
  bool temp_there_ = false;
};

}  // namespace

std::string to_runbook(const plan::Plan& plan,
                       const Playbook& playbook,
                       const Outlook& outlook,
                       const Vocabulary& vocabulary,
                       const ByHand& by_hand) {
  auto text = fmt::format("# Runbook: {}\n\nPlaybook {}. {}\n\n",
                          headline(plan, outlook),
                          playbook.name,
                          playbook.summary);
  text += servers_table(plan) + "\n";
  for (const auto& skipped : outlook.steps.skipped)
    text += fmt::format("Skipped: {}.\n\n", skipped.why);
  if (!outlook.steps.temp_node.empty()) text += outlook.steps.temp_node + ".\n\n";
  for (const auto& sentence : forecast_sentences(plan, outlook))
    text += fmt::format("- {}\n", sentence);
  text += "\n";
  Runbook runbook(plan, vocabulary, by_hand);
  for (std::size_t i = 0; i < outlook.steps.list.size(); ++i) {
    text += runbook.section(outlook.steps.list[i], fmt::format("## {}.", i + 1));
  }
  if (outlook.steps.recovery.empty()) return text;
  text +=
      "# When a step fails\n\nTouch no further server. Put the one in hand back to the release it "
      "ran before:\n\n";
  runbook.temp_node_is(outlook.steps);
  for (const auto& [node, steps] : outlook.steps.recovery) {
    for (const auto& step : steps)
      text += runbook.section(step, "##");
  }
  return text;
}

}  // namespace playbook
