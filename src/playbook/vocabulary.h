#pragma once

#include <string>
#include <vector>

// The words a playbook may use. cli fills it from the action table and the condition table, so that
// playbook/ needs to know neither.
namespace playbook {

struct Word {
  std::string name;
  std::string meaning;
  std::vector<std::string> arguments = {};  // an action's
  bool for_a_node = false;                  // an action that stands in each-node only
};

struct Vocabulary {
  std::vector<Word> actions;
  std::vector<Word> conditions;
};

}  // namespace playbook
