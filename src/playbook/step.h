#pragma once

#include "base/json.h"
#include "base/units.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

// A step is a value: it prints as one line, is stored in the journal, compared in golden tests and
// shown in runbooks. What it does is a row of actions/action_table.h; when it is done is a gate of
// conditions.
namespace playbook {

struct Gate {
  std::string name;                          // "node-healthy"
  std::vector<std::string> conditions = {};  // rows of gates/conditions.h, all of them wanted
  static constexpr base::nanoseconds kOfPolicy{-1};
  base::nanoseconds hold = kOfPolicy;  // true without a break for this long; 0: at one look
  base::nanoseconds within{};          // or the step has failed

  bool operator==(const Gate&) const = default;
};

struct Step {
  std::string
      id;  // stable for the same plan, playbook and cluster: "A/lame-duck", "cluster/preflight"
  std::string action;  // "lame-duck"
  std::string node;    // "A"; empty: the whole cluster
  std::map<std::string, std::string> args = {};
  std::optional<Gate> gate = {};

  bool operator==(const Step&) const = default;
};

// Why a node has no steps: "B already runs 2.10.28".
struct Skipped {
  std::string node;
  std::string why;

  bool operator==(const Skipped&) const = default;
};

// What compile() gives: all that dry run, runbook, rehearsal, execution, resume, rollback and
// report read.
struct Steps {
  std::vector<Step> list = {};
  std::map<std::string, std::vector<Step>> recovery =
      {};  // by node: carried out when a step of that node failed
  std::vector<Skipped> skipped = {};
  std::vector<std::string> order =
      {};  // the playbook's words; some are judged again (turns_again.h)
  std::string temp_node =
      {};  // "C is used: ..." or why it is not; empty when the playbook has none

  bool operator==(const Steps&) const = default;
};

std::string to_line(const Step& step);  // "A/lame-duck       lame-duck A   until clients-moved"
base::Json to_json(const Steps& steps);
base::Result<Steps> steps_from_json(const base::Json& json);

}  // namespace playbook
