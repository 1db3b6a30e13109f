#pragma once

#include "rules/facts.h"
#include "rules/rule.h"

#include <string>
#include <vector>

namespace rules {

enum class Direction {
  there,  // from what runs to the target
  back,   // and from the target to what runs now
};

struct Finding {
  std::string rule;  // its id
  Direction direction = Direction::there;
  Severity severity = Severity::note;
  std::vector<std::string> servers = {};  // whose release makes the rule apply
  std::string says;
  std::string way_out;
  std::string source;
  bool accepted = false;

  bool operator==(const Finding&) const = default;
};

// Every rule that applies, in the order of the rules, the way there before the way back. Pure.
//
// Each release that a server runs now is judged against the target, there and back. On the way back
// a block is a warning and a warning a note, for nobody goes that way as planned; unless the plan
// wants every server back when a step fails (must_return), or the conf is concerned: the program
// before is what a server that fails to start gets again.
// A mix of releases that is there already is warned of only: to go on is the way out of it.
// What a plan accepts is one step less severe; a block that may not be accepted stays and says so.
std::vector<Finding> judge(const Rules& rules, const Facts& facts);

}  // namespace rules
