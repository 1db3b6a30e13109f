#include "actions/action_table.h"

#include "actions/rows.h"
#include "gates/conditions.h"

namespace actions {

const std::vector<Action>& action_table() {
  static const std::vector<Action> table = {preflight_action(),
                                            stage_release(),
                                            add_temp_node(),
                                            check(),
                                            step_down(),
                                            drain_clients(),
                                            lame_duck(),
                                            stop_node(),
                                            install_release(),
                                            revert_release(),
                                            start_node(),
                                            clients_back(),
                                            remove_temp_node(),
                                            run_command(),
                                            soak(),
                                            spread_leaders(),
                                            rebalance(),
                                            verify()};
  return table;
}

const Action* find_action(const std::string& name) {
  for (const auto& row : action_table()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

playbook::Vocabulary vocabulary() {
  playbook::Vocabulary words;
  for (const auto& row : action_table()) {
    words.actions.push_back({row.name, row.meaning, row.arguments, row.for_a_node});
  }
  for (const auto& row : gates::conditions())
    words.conditions.push_back({row.name, row.meaning});
  return words;
}

}  // namespace actions
