#pragma once

#include "actions/action.h"
#include "playbook/vocabulary.h"

#include <string>
#include <vector>

// Every action, one row each. A row's file tells what it does and what it refuses.
namespace actions {

const std::vector<Action>& action_table();

// nullptr when there is no such action.
const Action* find_action(const std::string& name);

// Both tables as the words a playbook may use.
playbook::Vocabulary vocabulary();

}  // namespace actions
