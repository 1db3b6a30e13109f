#pragma once

#include "contract/version.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

// What is known to go wrong between two releases, as data: rules.yaml after it was read.
namespace rules {

// ">=2.10 <2.14.7": every part must hold; "<2.11.2 or >=2.12 <2.12.3": one side must; "" is every
// release. Numbers that are left out are 0.
//
// Suffixes are not looked at: 2.15.0-RC.1 behaves as 2.15.0 does, and 2.11.1-binary is the 2.11.1
// of a packager.
class Range {
 public:
  static base::Result<Range> parse(std::string_view text);

  bool contains(const contract::Version& version) const;

 private:
  enum class Is { less, at_most, equal, at_least, more };

  struct Part {
    Is is = Is::equal;
    contract::Version version;
  };

  std::vector<std::vector<Part>> sides_;
};

enum class Kind {
  upgrade,      // from an older release to a newer one
  downgrade,    // the other way
  mixed_mesh,   // both releases in one cluster, whichever is the old one
  bad_release,  // the release itself
  config_key,   // a conf that one of the two releases refuses
};

enum class Severity {
  note,   // good to know
  warn,   // it may go wrong, and somebody should decide
  block,  // it does go wrong
};

// "jetstream: clustered" is the condition `jetstream` with the word `clustered`; conditions.h has
// the table. All conditions of a rule must hold.
struct When {
  std::string condition;
  std::vector<std::string> words;
};

struct Rule {
  std::string id;
  Kind kind = Kind::upgrade;
  Range from;  // mixed_mesh: the one release
  Range to;    // mixed_mesh: the other; bad_release, config_key: the release itself
  std::vector<When> when;
  Severity severity = Severity::note;
  bool acceptable = false;  // a block that a plan may accept
  std::string says;         // {from} and {to}: releases; {who}: what made the conditions hold
  std::string way_out;
  std::string source;
};

// What releases from `since` on bring, up to the next row.
struct Milestone {
  contract::Version since;
  int index = 0;      // version of index.db, the store's index; 0: there is none
  int api_level = 0;  // of JetStream's API; 0: the server tells none
};

struct Rules {
  std::vector<Rule> rules;
  std::vector<Milestone> milestones;  // oldest first

  const Rule* find(std::string_view id) const;
  Milestone of(const contract::Version& version) const;
};

}  // namespace rules
