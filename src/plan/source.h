#pragma once

#include "base/yaml.h"
#include "plan/places.h"
#include "plan/plan.h"
#include "plan/variables.h"

#include <string>

namespace plan {

// The plan file while it is read: what every field's reader may need beside its own value.
struct Source {
  fs::path folder;  // relative paths start here
  Places places;
  Variables variables;
  base::Yaml defaults;  // what each node falls back to
  std::string where;    // the path of the field being read: "nodes[1].executor"

  // A text with its variables filled in.
  std::string text(const base::Yaml& yaml) const;

  // The same for text that is at hand already; complains at `yaml`.
  std::string expanded(const std::string& text, const base::Yaml& yaml) const;

  // Remembers where the field being read stands.
  void note(const base::Yaml& yaml) { places.note(where, yaml.place()); }
};

// While it lives, the field being read is `key` of the one before.
class Inside {
 public:
  Inside(Source& source, const std::string& key) : source_(source), before_(source.where) {
    source_.where = before_.empty() || key.starts_with('[') ? before_ + key : before_ + "." + key;
  }

  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

  ~Inside() { source_.where = before_; }

 private:
  Source& source_;
  std::string before_;
};

}  // namespace plan
