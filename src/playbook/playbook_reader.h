#pragma once

#include "base/json.h"
#include "base/problem.h"
#include "playbook/playbook.h"
#include "playbook/vocabulary.h"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace playbook {

// A playbook that is part of natsctl: playbooks/NAME.yaml, embedded when it was built.
struct Shipped {
  std::string_view name;
  std::string_view text;
};

const std::vector<Shipped>& shipped_playbooks();

// The playbook that a plan's policy names: a shipped one, or a file (an absolute path). Nothing
// when there are mistakes; they are all in `problems`.
std::optional<Playbook> load_playbook(const std::string& name_or_file,
                                      const Vocabulary& vocabulary,
                                      base::Problems& problems);

// Text at hand, checked against the words that exist: actions and their arguments, conditions,
// gates, order. `file` is what problems name.
std::optional<Playbook> parse_playbook(const std::string& file,
                                       const std::string& text,
                                       const Vocabulary& vocabulary,
                                       base::Problems& problems);

// The words of a playbook's `order`, each with what it means.
const std::vector<Word>& order_words();

// JSON Schema of a playbook, for editors; made of the words that exist.
base::Json playbook_schema(const Vocabulary& vocabulary);

}  // namespace playbook
